const { execSync } = require("child_process");
const fs = require("fs");
const path = require("path");

// Pulumi runs `npm install` in this folder before it loads the package. In the npm package, there is nothing to do; in
// a clone of the repository, the library is built, and what it is built with is installed, if it is not there.
const root = path.dirname(__dirname);
const run = (command) => execSync(command, { cwd: root, stdio: "inherit" });
if (fs.existsSync(path.join(root, "package-lock.json"))) {
    if (!fs.existsSync(path.join(root, "node_modules"))) {
        run("npm ci --omit=dev --ignore-scripts");
    }
    run("npm run build");
}
