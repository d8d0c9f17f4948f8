import { strict as assert } from "assert";
import { isRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import { manifestsOf } from "../../commands/render/manifests";
import type { ProgramRun, Registration } from "../../commands/render/programRun";
import { InferenceStack } from "../../components";
import { UsageError } from "../../commands/shared/errors";
import { selfSigned } from "../support/certificate";
import { assertGolden } from "../support/golden";
import { runProgram, runShortly } from "../support/mocks";

/** What stands in a golden file in place of a secret. */
const mask = "[secret]";

const registry = { server: "ghcr.io", username: "robot", password: "hunter2" };
const pair = selfSigned("gateway.example");

function run(settings: Record<string, unknown>): Promise<ProgramRun> {
    const program = () => {
        new InferenceStack("llm", { settings });
        return Promise.resolve({});
    };
    return runShortly(program);
}

/** A value with its secrets masked, at whatever depth. */
function masked(value: unknown): unknown {
    if (isRpcSecret(value)) {
        return mask;
    }
    if (Array.isArray(value)) {
        return value.map(masked);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)]))
        : value;
}

function ofKind({ registrations }: ProgramRun, kind: string): Registration[] {
    return registrations.filter(({ type }) => type.split(":").at(-1) === kind);
}

describe("credentials", () => {
    const settings = {
        registry,
        gateway: { tls: pair },
        images: { pullSecrets: ["mine"] },
        extProc: { enabled: true },
        routing: { backend: "InferencePool" },
    };

    it("become Secrets whose contents are secret to the engine", async () => {
        const secrets = ofKind(await run(settings), "Secret");
        assertGolden(
            "secrets",
            secrets.map(({ name, inputs, dependencies }) => ({ name, dependencies, inputs: masked(inputs) })),
        );
    });

    it("are nowhere else, in clear or in base64, in what the program registers", async () => {
        const registered = JSON.stringify(masked((await run(settings)).registrations));
        const [keyLine] = pair.key.split("\n").slice(1);
        for (const text of [registry.password, `robot:${registry.password}`, pair.key]) {
            for (const form of [text, Buffer.from(text).toString("base64")]) {
                assert.ok(!registered.includes(form), form);
            }
        }
        assert.ok(!registered.includes(keyLine!));
        assert.ok(registered.includes(mask));
    });

    it("hold what the kubelet reads", async () => {
        const [secret] = ofKind(await run({ registry }), "Secret");
        const data = secret!.inputs.data as { value: Record<string, string> } & Record<string, string>;
        const text = (isRpcSecret(data) ? data.value : data)[".dockerconfigjson"] as unknown as
            { value: string } | string;
        const config = Buffer.from(typeof text === "string" ? text : text.value, "base64").toString();
        const auth = Buffer.from("robot:hunter2").toString("base64");
        assert.deepEqual(JSON.parse(config), {
            auths: { "ghcr.io": { username: "robot", password: "hunter2", auth } },
        });
    });

    it("of the registry are used by every pod, beside those that exist already", async () => {
        const deployments = ofKind(await run(settings), "Deployment");
        assert.equal(deployments.length, 3);
        for (const { name, inputs } of deployments) {
            const { spec } = inputs as {
                spec: { template: { spec: { imagePullSecrets: { name: string }[] } } };
            };
            assert.deepEqual(
                spec.template.spec.imagePullSecrets.map((reference) => reference.name),
                ["mine", "infra-inference-scheduling-registry"],
                name,
            );
        }
    });

    it("of the Gateway are what its HTTPS listener refers to, and there before it", async () => {
        const [gateway] = ofKind(await run(settings), "Gateway");
        const { spec } = gateway!.inputs as {
            spec: { listeners: { name: string; tls?: { certificateRefs: { name: string }[] } }[] };
        };
        const https = spec.listeners.find(({ name }) => name === "https");
        assert.equal(
            https!.tls!.certificateRefs[0]!.name,
            "infra-inference-scheduling-inference-gateway-tls",
        );
        assert.ok(gateway!.dependencies.some((urn) => urn.startsWith("kubernetes:core/v1:Secret::")));
    });

    for (const [what, gateway] of Object.entries({
        "of its own": settings.gateway,
        "of a Secret that is there": { tlsSecretName: "mine" },
    })) {
        it(`close plain HTTP to every model, with a certificate ${what}: port 80 redirects`, async () => {
            const several = { a: { match: { path: "/a" } }, b: { match: { path: "/b" } } };
            const routes = ofKind(await run({ gateway, models: several }), "HTTPRoute");
            const shapes = routes.map(({ inputs }) => {
                const { parentRefs, rules } = inputs.spec as {
                    parentRefs: { sectionName: string }[];
                    rules: { filters?: { type: string }[]; backendRefs?: object[] }[];
                };
                const sections = parentRefs.map(({ sectionName }) => sectionName).join();
                return `${sections} ${rules[0]!.backendRefs === undefined ? rules[0]!.filters![0]!.type : "model"}`;
            });
            assert.deepEqual(shapes.sort(), ["http RequestRedirect", "https model", "https model"]);
        });
    }

    it("leave port 80 open where it is to serve as well", async () => {
        const settings = { gateway: { tlsSecretName: "mine", httpRedirect: false } };
        const routes = ofKind(await run(settings), "HTTPRoute");
        const sections = routes.map(({ inputs }) =>
            (inputs.spec as { parentRefs: { sectionName: string }[] }).parentRefs.map(
                ({ sectionName }) => sectionName,
            ),
        );
        assert.deepEqual(sections, [["http", "https"]]);
        const { outputs } = await runProgram(settings);
        assert.match((outputs.schedulerPath as { address: string }).address, /^http:\/\/[^:]+:80$/);
        assert.equal(
            (outputs.deployment as { gateway: { httpsPort?: number } }).gateway.httpsPort,
            undefined,
        );
    });

    it("have the outputs lead to HTTPS", async () => {
        const { outputs } = await runProgram({ gateway: { tlsSecretName: "mine" } });
        const { address, portForward } = outputs.schedulerPath as { address: string; portForward: string };
        assert.match(address, /^https:\/\/[^:]+:443$/);
        assert.match(portForward, / 8080:443$/);
        assert.equal((outputs.deployment as { gateway: { httpsPort: number } }).gateway.httpsPort, 443);
    });

    it("make no Secret where they are not given", async () => {
        assert.deepEqual(ofKind(await run({}), "Secret"), []);
    });

    it("are refused by what renders manifests, which would have them in clear", async () => {
        const { registrations } = await run({ registry });
        assert.throws(
            () => manifestsOf(registrations),
            (error) =>
                error instanceof UsageError &&
                error.message.includes("secret") &&
                !error.message.includes("hunter2"),
        );
    });
});
