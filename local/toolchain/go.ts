import * as os from "os";
import * as path from "path";
import { runCommand } from "./command";
import { minimumGo } from "./versions";

/** Where the tools' own Go modules are: `go.mod` and `go.sum`, pinning what is built. */
export const goModules = path.join(__dirname, "go");

const goPlatforms: Partial<Record<NodeJS.Platform, string>> = {
    linux: "linux",
    darwin: "darwin",
    freebsd: "freebsd",
};
const goArchitectures: Record<string, string> = { x64: "amd64", arm64: "arm64", arm: "arm", s390x: "s390x" };

/**
 * What the user says of where modules come from, how they are checked, and where they and what is built are kept. None
 * of it changes what is built.
 */
const keptSettings = [
    ...["GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOAUTH", "GOVCS"],
    ...["GOROOT", "GOPATH", "GOMODCACHE", "GOCACHE", "GOCACHEPROG", "GOTMPDIR"],
];

/**
 * The environment that `go` is run in: the user's, so that proxies and caches of theirs apply, but for Go's settings that
 * would change what is built, whether they are from the shell or from `go env -w`.
 */
export async function goEnvironment(): Promise<NodeJS.ProcessEnv> {
    const settings = JSON.parse(await goEnv("-json")) as Record<string, string>;
    const isSetting = (name: string) => Object.hasOwn(settings, name);
    const kept = Object.entries(settings).filter(
        ([name, value]) => keptSettings.includes(name) && value !== "",
    );
    return {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isSetting(name))),
        ...Object.fromEntries(kept),
        // The file that `go env -w` writes.
        GOENV: "off",
        CGO_ENABLED: "0",
        // The compiler's garbage collector takes a third of a build's time; the limit makes it work only where memory
        // is short. Each compiler and linker has its own, and up to four run at once on two cores.
        GOGC: "off",
        GOMEMLIMIT: String(Math.round(os.totalmem() / 8)),
        GO111MODULE: "on",
        GOARCH: goArchitectures[process.arch] ?? process.arch,
        GOOS: goPlatforms[process.platform] ?? process.platform,
        ...ownToolchain,
        GOWORK: "off",
    };
}

/** A too old Go is to be said (see {@link requireGo}), not to be replaced by a download of some other one. */
const ownToolchain = { GOTOOLCHAIN: "local" };

/** What `go env` says with the user's own settings. */
function goEnv(asked: string): Promise<string> {
    return runCommand("go", ["env", asked], {
        step: "Looking for go",
        cwd: goModules,
        // An experiment of another release would keep `go` from answering at all.
        env: { ...process.env, ...ownToolchain, GOEXPERIMENT: "none" },
    });
}

/**
 * Makes sure that a recent enough `go` is on PATH.
 *
 * @throws Error naming what was found and what is needed.
 */
export async function requireGo(): Promise<void> {
    const needed = `Go ${minimumGo.join(".")} or newer is needed to build the control plane's tools`;
    let found: string;
    try {
        found = (await goEnv("GOVERSION")).trim();
    } catch (error) {
        if (error instanceof Error && error.message.includes("ENOENT")) {
            throw new Error(`${needed}, and no \`go\` was found on PATH.`, { cause: error });
        }
        throw error;
    }
    const release = /go(\d+)\.(\d+)/.exec(found);
    const [major, minor] = [Number(release?.[1]), Number(release?.[2])];
    const isEnough = major > minimumGo[0] || (major === minimumGo[0] && minor >= minimumGo[1]);
    if (!isEnough) {
        throw new Error(
            `${needed}; the \`go\` on PATH says it is ${found === "" ? "of no version" : found}.`,
        );
    }
}

/** A program to build from one of the modules under {@link goModules}. */
export interface GoProgram {
    /** The program's file name. */
    name: string;
    /** Folder under {@link goModules}. */
    module: string;
    /** Import path of its main package, or of the package whose tests it runs. */
    importPath: string;
    /** Whether it is a package's tests, as a program. Default: false. */
    isTest?: boolean;
    /** Values set at link time, by full variable name. */
    variables: Record<string, string>;
}

/** The arguments of `go` that build a program, without where to write it. */
export function buildArguments(program: GoProgram): string[] {
    const variables = Object.entries(program.variables).map(([name, value]) => `-X ${name}=${value}`);
    const linker = ["-s", "-w", ...variables].join(" ");
    // What a debugger needs would be left out by the linker: that it is not made saves a tenth of the compiler's work.
    const compiler = "-gcflags=all=-dwarf=false";
    const verb = program.isTest === true ? ["test", "-c"] : ["build"];
    return [...verb, "-trimpath", "-buildvcs=false", "-mod=readonly", compiler, `-ldflags=${linker}`];
}

/**
 * Builds a program into a folder.
 *
 * @throws StepError when the build fails.
 */
export async function buildProgram(program: GoProgram, folder: string): Promise<void> {
    const output = path.join(folder, program.name);
    await runCommand("go", [...buildArguments(program), "-o", output, program.importPath], {
        step: `Building ${program.name}`,
        cwd: path.join(goModules, program.module),
        env: await goEnvironment(),
    });
}

/**
 * Downloads a module, checked against the `go.sum` beside the `go.mod` that asks for it.
 *
 * @returns the folder its files are in, to be read only.
 * @throws StepError when the download or the check fails.
 */
export async function downloadModule(module: string, name: string, version: string): Promise<string> {
    const output = await runCommand("go", ["mod", "download", "-json", `${name}@${version}`], {
        step: `Downloading ${name} ${version}`,
        cwd: path.join(goModules, module),
        env: await goEnvironment(),
    });
    return (JSON.parse(output) as { Dir: string }).Dir;
}
