import { strict as assert } from "assert";
import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { ensureTestProgram } from "../../local/toolchain";
import { CliMachine } from "../support/cli/machine";
import { Consumers } from "./support/consumer";
import { GitHost } from "./support/gitHost";

const root = path.resolve(__dirname, "../..");

/** `Pulumi.yaml` of a program in YAML that uses the package. */
interface Program {
    packages?: Record<string, string>;
    config?: Record<string, object>;
    resources: { inference: { properties: { settings: Record<string, unknown> } } };
}

interface State {
    deployment: { resources?: { type: string; provider?: string }[] };
}

/** What docs/library.md shows to users of other languages: a command, and a program. */
function shown(): { command: string; program: Program } {
    const text = fs.readFileSync(path.join(root, "docs/library.md"), "utf8");
    const chapter = text.slice(text.indexOf("## Other languages"));
    const block = (language: string) =>
        new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(chapter)![1]!;
    return { command: block("sh").trim(), program: parse(block("yaml")) as Program };
}

describe("the component package, with the pulumi CLI", function () {
    let machine: CliMachine;

    before(async function () {
        this.timeout(45 * 60_000);
        machine = await CliMachine.start();
    });
    after(() => machine.stop());

    it("has a schema where npm has installed it", () => {
        const consumers = new Consumers();
        const folder = path.dirname(path.dirname(consumers.library));
        const schema = JSON.parse(
            machine.pulumi(folder, ["package", "get-schema", "./node_modules/llm-d-inference/plugin"]),
        ) as { resources: object };
        assert.deepEqual(Object.keys(schema.resources), ["llm-d-inference:index:InferenceStack"]);
        consumers.remove();
    });

    describe("in a program in YAML, as docs/library.md has it", () => {
        const { command, program } = shown();
        const secret = "not to be seen";
        let folder: string;
        let file: string;

        before(async () => {
            const host = path.dirname(await ensureTestProgram("pulumiYaml", () => undefined));
            machine.env.PATH = [machine.env.PATH, host].join(path.delimiter);
            folder = path.join(machine.home, "program");
            file = path.join(folder, "Pulumi.yaml");
            fs.mkdirSync(folder);
            fs.writeFileSync(file, stringify(program));
        });

        const pulumi = (...args: string[]) => machine.pulumi(folder, args);
        const read = () => parse(fs.readFileSync(file, "utf8")) as Program;
        const resourcesOf = () => (JSON.parse(pulumi("stack", "export")) as State).deployment.resources ?? [];

        it("is added from a git repository, of which nothing is installed or built", async () => {
            const repositories = path.join(machine.home, "repositories");
            makeRepository(path.join(repositories, "your/llm-d-inference.git"));
            const host = await GitHost.start("git.example.com", repositories);
            const [tool, ...args] = command.split(" ") as [string, ...string[]];
            await execa(tool, args, {
                cwd: folder,
                extendEnv: false,
                env: {
                    ...machine.env,
                    ...host.env,
                    // This machine's own npm: where it finds packages, and those that it has already.
                    npm_config_userconfig: path.join(os.homedir(), ".npmrc"),
                    npm_config_cache: path.join(os.homedir(), ".npm"),
                    NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS,
                },
            });
            host.stop();
            const { packages } = read();
            assert.deepEqual(Object.keys(packages!), ["llm-d-inference"]);
            // A repository without tags.
            assert.match(
                packages!["llm-d-inference"]!,
                /^git\.example\.com\/your\/llm-d-inference\.git\/plugin@[0-9a-f]{40}$/,
            );
        });

        it("deploys the stack, and says where it is", () => {
            const changed = read();
            const { settings } = changed.resources.inference.properties;
            settings.readiness = { gateway: false }; // No Istio runs here.
            fs.writeFileSync(file, stringify(changed));
            pulumi("stack", "init", "dev");
            pulumi("up", "--yes", "--skip-preview");
            assert.deepEqual(JSON.parse(pulumi("stack", "output", "addresses", "--json")), {
                "inference-scheduling":
                    "http://infra-inference-scheduling-inference-gateway-istio.llm-d-inference-scheduler.svc.cluster.local:80",
            });
            const types = new Set(resourcesOf().map(({ type }) => type));
            for (const type of [
                "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
                "kubernetes:inference.networking.k8s.io/v1:InferencePool",
            ]) {
                assert.ok(types.has(type), type);
            }
        });

        it("has the program's provider for all of its objects", () => {
            const providers = resourcesOf()
                .filter(({ type }) => type.startsWith("kubernetes:"))
                .map(({ provider }) => provider!.replace(/::[^:]*$/, ""));
            assert.deepEqual(
                [...new Set(providers)],
                ["urn:pulumi:dev::chat::pulumi:providers:kubernetes::cluster"],
            );
        });

        it("has nothing to do the second time", () => {
            pulumi("preview", "--expect-no-changes");
        });

        it("refuses a setting by its name", () => {
            const wrong = read();
            wrong.resources.inference.properties.settings.replicas = { decode: 0 };
            fs.writeFileSync(file, stringify(wrong));
            assert.throws(() => pulumi("preview"), /replicas\.decode: 0 is not allowed/);
        });

        it("refuses a secret of the program's configuration by the setting's name, and does not show it", () => {
            const wrong = read();
            const { settings } = wrong.resources.inference.properties;
            settings.replicas = { decode: 1 };
            settings.registry = { server: "ghcr.io", username: "user", password: "${password}" };
            wrong.config = { password: { type: "string" } };
            fs.writeFileSync(file, stringify(wrong));
            pulumi("config", "set", "--secret", "password", secret);
            assert.throws(
                () => pulumi("up", "--yes", "--skip-preview"),
                ({ message }: Error) =>
                    /registry\.password: an Output, .*is not allowed/.test(message) &&
                    !message.includes(secret),
            );
        });

        it("destroys the stack", () => {
            pulumi("destroy", "--yes", "--skip-preview");
            assert.deepEqual(resourcesOf(), []);
        });
    });
});

/** Makes a bare repository of what this checkout has for its users, without a history. */
function makeRepository(bare: string): void {
    const work = `${bare}.work`;
    const sources = ["commands", "components", "objects", "policy", "releases", "plugin"];
    const manifests = [
        "Pulumi.yaml",
        "package.json",
        "package-lock.json",
        "tsconfig.json",
        "tsconfig.build.json",
    ];
    for (const name of [...sources, ...manifests]) {
        fs.cpSync(path.join(root, name), path.join(work, name), { recursive: true });
    }
    const git = (...args: string[]) => execFileSync("git", args, { cwd: work });
    git("init", "--quiet");
    git("add", ".");
    git("-c", "user.name=user", "-c", "user.email=user@example.com", "commit", "--quiet", "--message", "All");
    git("clone", "--quiet", "--bare", ".", bare);
}
