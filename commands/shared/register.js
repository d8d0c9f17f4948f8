"use strict";
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const { install } = require("@cspotcode/source-map-support");
const { addHook } = require("pirates");
const { version } = require("@swc/core/package.json");

// Has a process of Node run the project's TypeScript, as `node --require`: swc takes the types away, and only `npm test`
// checks them. What swc made is kept, by the contents of what it made it of. ts-node, by which Pulumi runs the program,
// does the same but for keeping it, and loads TypeScript for it, which together is more than half of a command's start.

/** As tsconfig.run.json has ts-node ask for it. */
const options = {
    jsc: { parser: { syntax: "typescript" }, target: "es2022", keepClassNames: true },
    module: { type: "commonjs" },
    swcrc: false,
};
const kept = path.join(__dirname, "../../node_modules/.cache/llm-d-inference/modules");
/** By the path of its TypeScript, each module's JavaScript, for the stacks of errors. */
const made = new Map();

addHook(javaScriptOf, { exts: [".ts"] });
install({ environment: "node", retrieveFile: (file) => made.get(file) ?? null });

function javaScriptOf(source, filename) {
    const transform = { ...options, sourceMaps: "inline", sourceFileName: path.basename(filename) };
    const key = crypto
        .createHash("sha256")
        .update(JSON.stringify([version, transform, source]))
        .digest("hex");
    const file = path.join(kept, key);
    // What was not written to its end does not end so.
    const end = `\n// ${key}\n`;
    let code = read(file);
    if (!code?.endsWith(end)) {
        // Loaded where it is needed, which takes a tenth of a second.
        code = require("@swc/core").transformSync(source, { ...transform, filename }).code + end;
        keep(file, code);
    }
    made.set(filename, code);
    return code;
}

function read(file) {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}

function keep(file, code) {
    try {
        fs.mkdirSync(kept, { recursive: true });
        const draft = `${file}.${String(process.pid)}`;
        fs.writeFileSync(draft, code);
        fs.renameSync(draft, file);
    } catch {
        // Where nothing can be written, each start makes it anew.
    }
}
