"use strict";
// Preloaded (`node --require`) into programs and policy packs: notes when they come to what, in milliseconds since the
// process started, and writes it to the folder of BENCH_PHASES. Plain JavaScript, so that loading it costs little.
const fs = require("fs");
const Module = require("module");
const path = require("path");

const launcher = /@pulumi\/pulumi\/cmd\/(run|run-policy-pack)(\/index\.js)?$/.exec(
    process.argv[1] ?? "",
)?.[1];

if (launcher !== undefined) {
    // `sdk` and `compile` are sums: what loading Pulumi's packages takes, and what making JavaScript takes.
    const phases = { started: undefined, loaded: undefined, ended: undefined, sdk: 0, compile: 0 };
    const write = () => {
        const file = path.join(process.env.BENCH_PHASES, `${launcher}.json`);
        // Whole or not at all: a pack may be killed in it, or be at it when the file is read.
        fs.writeFileSync(`${file}.unfinished`, JSON.stringify(phases));
        fs.renameSync(`${file}.unfinished`, file);
    };
    const load = Module._load;
    let inSdk = false;
    Module._load = function (request, parent, isMain) {
        const before = performance.now();
        // The first module that is of the project's folder, which is the launcher's working directory by then.
        const isProgram =
            phases.started === undefined &&
            request.startsWith(process.cwd()) &&
            !request.includes("node_modules");
        if (isProgram) {
            phases.started = before;
        }
        const isSdk = phases.started !== undefined && !inSdk && request.startsWith("@pulumi/");
        inSdk ||= isSdk;
        timeCompiler();
        try {
            return load.call(this, request, parent, isMain);
        } finally {
            if (isSdk) {
                inSdk = false;
                phases.sdk += performance.now() - before;
            }
            if (isProgram) {
                phases.loaded = performance.now();
                // Now, because the engine kills packs.
                write();
            }
        }
    };

    let timed;
    /** ts-node can be registered several times; the last one is in force. */
    function timeCompiler() {
        const service = process[Symbol.for("ts-node.register.instance")];
        if (service === undefined || service === timed) {
            return;
        }
        timed = service;
        const compile = service.compile;
        service.compile = function (...args) {
            const before = performance.now();
            try {
                return compile.apply(this, args);
            } finally {
                phases.compile += performance.now() - before;
            }
        };
    }

    process.on("exit", () => {
        phases.ended = performance.now();
        write();
    });
}
