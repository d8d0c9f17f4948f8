import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
    GetRequiredPluginsResponse,
    InstallDependenciesResponse,
    RunPluginResponse,
    RunResponse,
    type GetRequiredPluginsRequest,
    type InstallDependenciesRequest,
    type RunPluginRequest,
    type RunRequest,
} from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { spawn, type ChildProcessWithoutNullStreams } from "child_process";
import { endWithEngine } from "./endWithEngine";

/**
 * Stands in for the official language plugin, which only comes with an official CLI. As that one does, it starts the
 * SDK's own launchers in processes of their own: `@pulumi/pulumi/cmd/run` for the program, with the TypeScript
 * options of `Pulumi.yaml`, `cmd/run-policy-pack` for policy packs, and `cmd/run-plugin` for component packages, whose
 * dependencies npm installs first. The CLI starts it as `pulumi-language-nodejs ENGINE_ADDRESS` and reads its port.
 */

const engineAddress = process.argv.at(-1)!;

/** The exit code of a program that has told the user what is wrong (`cmd/run/index.js`). */
const alreadyReported = 32;

/** Of `runtime.options` in `Pulumi.yaml`, those that say how the program is started. */
interface RuntimeOptions {
    typescript?: boolean;
    tsconfig?: string;
}

/** The SDK of the program, not of this checkout. */
function launcher(name: string, programFolder: string): string {
    return require.resolve(`@pulumi/pulumi/cmd/${name}`, { paths: [programFolder] });
}

function getRequiredPlugins(
    _: grpc.ServerUnaryCall<GetRequiredPluginsRequest, GetRequiredPluginsResponse>,
    answer: grpc.sendUnaryData<GetRequiredPluginsResponse>,
): void {
    answer(null, new GetRequiredPluginsResponse());
}

function getPluginInfo(_: unknown, answer: grpc.sendUnaryData<PluginInfo>): void {
    const info = new PluginInfo();
    info.setVersion("1.0.0");
    answer(null, info);
}

/** Runs a program. What it writes goes where this process writes, which the CLI shows. */
function run(
    { request }: grpc.ServerUnaryCall<RunRequest, RunResponse>,
    answer: grpc.sendUnaryData<RunResponse>,
): void {
    const info = request.getInfo()!;
    const folder = info.getProgramDirectory();
    const { typescript = true, tsconfig } = (info.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
    const flags = {
        monitor: request.getMonitorAddress(),
        engine: engineAddress,
        organization: request.getOrganization(),
        project: request.getProject(),
        "root-directory": info.getRootDirectory(),
        stack: request.getStack(),
        pwd: folder,
        parallel: String(request.getParallel()),
    };
    const args = [
        launcher("run", folder),
        ...Object.entries(flags).flatMap(([flag, value]) => (value === "" ? [] : [`--${flag}`, value])),
        ...(request.getDryrun() ? ["--dry-run"] : []),
        info.getEntryPoint(),
        ...request.getArgsList(),
    ];
    const child = spawn(process.execPath, args, {
        cwd: folder,
        stdio: ["ignore", "inherit", "inherit"],
        env: {
            ...process.env,
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
            PULUMI_NODEJS_TYPESCRIPT: String(typescript),
            ...(tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
        },
    });
    child.on("exit", (code) => {
        const response = new RunResponse();
        if (code === alreadyReported) {
            response.setBail(true);
        } else if (code !== 0) {
            response.setError(`Program exited with code ${String(code)}`);
        }
        answer(null, response);
    });
}

/** Runs a policy pack or a component package, whose port the CLI reads from what it writes. */
function runPlugin(call: grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>): void {
    const { request } = call;
    const folder = request.getInfo()!.getProgramDirectory();
    // A pack runs in its own folder, a package in that of the program that uses it.
    const [args, cwd] =
        request.getKind() === "analyzer"
            ? [[launcher("run-policy-pack", folder), ...request.getArgsList(), "."], folder]
            : [[launcher("run-plugin", folder), folder, ...request.getArgsList()], request.getPwd()];
    const env = Object.fromEntries(
        request.getEnvList().map((pair) => pair.split(/=(.*)/s) as [string, string]),
    );
    const child = spawn(process.execPath, args, { cwd, env });
    forwardOutput(child, RunPluginResponse, call);
    child.on("close", (code) => {
        const response = new RunPluginResponse();
        response.setExitcode(code ?? 1);
        call.write(response);
        call.end();
    });
    call.on("cancelled", () => child.kill());
}

/** Installs what a component package depends on. */
function installDependencies(
    call: grpc.ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>,
): void {
    const cwd = call.request.getInfo()!.getProgramDirectory();
    const child = spawn("npm", ["install", "--loglevel=error"], { cwd });
    forwardOutput(child, InstallDependenciesResponse, call);
    child.on("close", (code) => {
        if (code === 0) {
            call.end();
        } else {
            call.destroy(new Error(`npm install: exit code ${String(code)}`));
        }
    });
}

interface Output {
    setStdout(bytes: Buffer): void;
    setStderr(bytes: Buffer): void;
}

function forwardOutput<Request, Response extends Output>(
    child: ChildProcessWithoutNullStreams,
    Response: new () => Response,
    call: grpc.ServerWritableStream<Request, Response>,
): void {
    for (const [stream, set] of [
        [child.stdout, "setStdout"],
        [child.stderr, "setStderr"],
    ] as const) {
        stream.on("data", (bytes: Buffer) => {
            const response = new Response();
            response[set](bytes);
            call.write(response);
        });
    }
}

endWithEngine();
const server = new grpc.Server();
server.addService(LanguageRuntimeService, {
    getRequiredPlugins,
    getPluginInfo,
    run,
    runPlugin,
    installDependencies,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
        throw error;
    }
    console.log(port);
});
