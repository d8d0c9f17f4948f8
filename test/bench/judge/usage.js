const fs = require("fs");

/** Preloaded into a command: tells at file descriptor 3 what the process used, and which packages it loaded. */
process.on("exit", () => {
    const packages = Object.keys(require.cache).map(
        (file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1],
    );
    const loaded = [...new Set(packages.filter((name) => name !== undefined))];
    fs.writeSync(3, JSON.stringify({ ...process.resourceUsage(), loaded }));
});
