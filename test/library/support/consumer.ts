import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import * as ts from "typescript";
import type { Program } from "../../../commands/render/programRun";

const root = path.resolve(__dirname, "../../..");

interface Manifest {
    name: string;
    version: string;
    dependencies: Record<string, string>;
}

/** Compiler options that Pulumi gives a program without a tsconfig.json (`@pulumi/pulumi/cmd/run`). */
const pulumiDefaults = ["--target", "ES2020", "--module", "nodenext", "--moduleResolution", "nodenext"];

/** Programs outside the repository that have the library installed as `npm pack` packs it. */
export class Consumers {
    private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-library-"));
    private readonly parsed = new Map<string, ts.SourceFile | undefined>();
    /** The installed package. */
    readonly library: string;
    /** The files of the package. */
    readonly files: string[];
    /** The package itself, as `npm pack` made it. */
    readonly archive: string;

    /** The first builds and packs the library, which takes a while. */
    constructor() {
        const { archive, files } = (packed ??= pack());
        this.files = files;
        this.archive = archive;
        const modules = path.join(this.folder, "node_modules");
        this.library = path.join(modules, "llm-d-inference");
        fs.mkdirSync(this.library, { recursive: true });
        execFileSync("tar", ["-xzf", archive, "--strip-components=1", "-C", this.library]);
        const { dependencies } = readManifest(this.library);
        // Linked, so that the program and the tests share one Pulumi SDK, as the engine's inline programs need.
        for (const name of [...Object.keys(dependencies), "@types/node"]) {
            const link = path.join(modules, name);
            fs.mkdirSync(path.dirname(link), { recursive: true });
            fs.symlinkSync(path.join(root, "node_modules", name), link);
        }
    }

    /** A copy of an example, with its text changed, and its folder. */
    example(name: string, change: (text: string) => string = (text) => text): string {
        const folder = fs.mkdtempSync(path.join(this.folder, `${name}-`));
        fs.cpSync(path.join(root, "examples", name), folder, { recursive: true });
        const file = path.join(folder, "index.ts");
        fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
        return folder;
    }

    /** The folder of a program that is this text. */
    program(text: string): string {
        const folder = fs.mkdtempSync(path.join(this.folder, "program-"));
        fs.writeFileSync(path.join(folder, "index.ts"), text);
        return folder;
    }

    /** What the compiler has to say of a program; nothing, if all is well. */
    typeErrors(folder: string): string {
        const flags = ["--noEmit", "--strict", "--skipLibCheck", ...pulumiDefaults];
        const { options, errors } = ts.parseCommandLine(flags);
        const host = ts.createCompilerHost(options);
        host.getCurrentDirectory = () => folder;
        // The programs are few lines, and what they import is tens of thousands: it is parsed once.
        const parse = host.getSourceFile.bind(host);
        host.getSourceFile = (file, ...how) => {
            const parsed = this.parsed.get(file) ?? parse(file, ...how);
            this.parsed.set(file, parsed);
            return parsed;
        };
        const program = ts.createProgram([path.join(folder, "index.ts")], options, host);
        return ts.formatDiagnostics([...errors, ...ts.getPreEmitDiagnostics(program)], host);
    }

    remove(): void {
        fs.rmSync(this.folder, { recursive: true });
    }
}

interface Packed {
    archive: string;
    files: string[];
}

/** What the tests of this process share. */
let packed: Packed | undefined;

function pack(): Packed {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-packed-"));
    process.on("exit", () => fs.rmSync(folder, { recursive: true }));
    const printed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
    });
    // What the build prints stands before it.
    const [{ filename, files }] = JSON.parse(printed.slice(printed.indexOf("[\n"))) as [
        { filename: string; files: { path: string }[] },
    ];
    return { archive: path.join(folder, filename), files: files.map((file) => file.path) };
}

/** A program that registers its resources when it is loaded, anew at each run. */
export function programOf(folder: string): Program {
    const file = path.join(folder, "index.ts");
    return async () => {
        delete require.cache[require.resolve(file)];
        return { ...((await import(file)) as object) };
    };
}

/** The manifest of a package. */
export function readManifest(folder: string): Manifest {
    return JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
}
