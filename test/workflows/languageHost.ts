import * as grpc from "@grpc/grpc-js";
import * as languageService from "@pulumi/pulumi/proto/language_grpc_pb";
import { type RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import { spawn } from "child_process";
import * as path from "path";

/**
 * Stands in for the official language plugin, which only comes with an official CLI: runs the program of the folder
 * that it is started in, as the Automation API runs an inline one, and policy packs. The CLI starts it as
 * `pulumi-language-nodejs ENGINE_ADDRESS` and reads its port.
 */

type Program = () => Promise<Record<string, unknown>>;

/* eslint-disable @typescript-eslint/no-require-imports -- of a class that has no types, and of the program, once it runs */
const { LanguageServer } = require("@pulumi/pulumi/automation/server") as {
    LanguageServer: new (program: Program) => object;
};
const program: Program = () => (require(path.resolve("index.ts")) as Program)();
/* eslint-enable @typescript-eslint/no-require-imports */

/** Runs a policy pack, whose port the CLI reads from what it writes. */
function runPlugin(call: grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>): void {
    const launcher = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [launcher, ...call.request.getArgsList(), "."], {
        cwd: call.request.getInfo()!.getProgramDirectory(),
        env: Object.fromEntries(
            call.request.getEnvList().map((pair) => pair.split(/=(.*)/s) as [string, string]),
        ),
    });
    const answer = (set: (response: RunPluginResponse) => void) => {
        const response = new RunPluginResponse();
        set(response);
        call.write(response);
    };
    child.stdout.on("data", (bytes: Buffer) => answer((response) => response.setStdout(bytes)));
    child.stderr.on("data", (bytes: Buffer) => answer((response) => response.setStderr(bytes)));
    child.on("exit", (code) => {
        answer((response) => response.setExitcode(code ?? 1));
        call.end();
    });
    call.on("cancelled", () => child.kill());
}

const server = new grpc.Server();
server.addService(
    languageService.LanguageRuntimeService,
    Object.assign(new LanguageServer(program), { runPlugin }),
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
        throw error;
    }
    console.log(port);
});
