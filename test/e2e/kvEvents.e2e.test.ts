import { strict as assert } from "assert";
import type { ChildProcess } from "child_process";
import { spawn } from "child_process";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import * as net from "net";
import * as os from "os";
import { once } from "events";
import { setTimeout as sleep } from "timers/promises";
import { parse } from "yaml";
import { freePorts } from "../../local/controlplane/ports";
import { invocationOf } from "../../local/lab/agent/environment";
import { ensureTestProgram } from "../../local/toolchain";
import type { FoundContainer } from "../support/containers";
import { containersOf } from "../support/containers";
import { eventually } from "../support/eventually";
import { objectsOf, runSettings } from "../support/objects";

const model = "meta-llama/Llama-3.1-8B-Instruct";
const settings = {
    extProc: { enabled: true },
    routing: { backend: "InferencePool" },
    epp: { plugins: "precise-prefix-cache" },
    simulator: { model, blockSize: 8, timeToFirstToken: "0ms", interTokenLatency: "0ms" },
} as const;

/** What the EPP's configuration says of events. */
interface Producer {
    type: string;
    parameters: {
        tokenProcessorConfig: { blockSizeTokens: number; hashSeed: string };
        kvEventsConfig: { zmqEndpoint: string };
    };
}

/**
 * Real simulators and the real index of the endpoint picker 0.9, each with what the program deploys for it. What a cluster
 * gives is put in its place: addresses, and ports for several servers on one machine.
 */
describe("simulators and an endpoint picker that knows prompts by their events", function () {
    const children: ChildProcess[] = [];
    const ended: string[] = [];
    /** The address that each pod has by its name, with the port at which it really listens. */
    const servers = new Map<string, number>();
    let ask: (tokens: number[], pods: string[]) => Promise<Record<string, number>>;

    before(async () => {
        const [kvIndex, simulator] = [
            await ensureTestProgram("kvIndex", () => undefined),
            await ensureTestProgram("simulator", () => undefined),
        ];
        const run = await runSettings(settings);
        const configMap = objectsOf(run).find(
            ({ inputs: { kind, metadata } }) => kind === "ConfigMap" && metadata.name.endsWith("-epp"),
        )!;
        const [text = ""] = Object.values(configMap.inputs.data as Record<string, string>);
        const { plugins } = parse(text) as { plugins: Producer[] };
        const { tokenProcessorConfig, kvEventsConfig } = plugins.find(
            ({ type }) => type === "precise-prefix-cache-producer",
        )!.parameters;
        const [events, questions, ...ports] = await freePorts(5);
        start(kvIndex, {}, [
            `-zmq-endpoint=${kvEventsConfig.zmqEndpoint.replace(/^tcp:\/\/0\.0\.0\.0:5557$/, `tcp://127.0.0.1:${String(events)}`)}`,
            `-block-size=${String(tokenProcessorConfig.blockSizeTokens)}`,
            `-hash-seed=${tokenProcessorConfig.hashSeed}`,
            `-listen=127.0.0.1:${String(questions)}`,
        ]);
        ask = async (tokens, pods) =>
            (await post(questions!, "/", { model, tokens, pods })) as Record<string, number>;

        const [deployed] = containersOf(run, "-decode");
        for (const [index, port] of ports.entries()) {
            const address = `127.0.0.${String(index + 2)}`;
            // The last one as upstream's manifests have it.
            const named = index < ports.length - 1 ? environmentOf(deployed!, address).POD_IP! : address;
            servers.set(named, port);
            const args = deployed!.args.map((argument) =>
                argument
                    .replace(/^--port=.*/, `--port=${String(port)}`)
                    .replace(
                        /^(--zmq-endpoint)=tcp:\/\/[\w.-]+:5557$/,
                        `$1=tcp://127.0.0.1:${String(events)}`,
                    ),
            );
            start(simulator, { ...environmentOf(deployed!, address), POD_IP: named }, args);
        }
        for (const port of [questions!, ...ports]) {
            await eventually(`port ${String(port)} is open`, () => {
                assert.deepEqual(ended, []);
                return isOpen(port);
            });
        }
    });

    after(async () => {
        for (const child of children) {
            child.kill();
            if (child.exitCode === null && child.signalCode === null) {
                await once(child, "exit");
            }
        }
    });

    function start(program: string, env: Record<string, string>, args: string[]): void {
        const child = spawn(program, args, {
            // Whoever ends an interrupted run finds it by the run's folder.
            env: { ...env, TMPDIR: os.tmpdir() },
            stdio: ["ignore", "ignore", "pipe"],
        });
        let log = "";
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
        child.once("exit", () => ended.push(`${program} ended: ${log.slice(-1_000)}`));
        children.push(child);
    }

    const pod = (index: number) => [...servers.keys()][index]!;
    const words = (seed: string) => Array.from({ length: 100 }, (_, index) => `${seed}${String(index)}`);

    /** Sends a prompt to a pod until its events have come: those of before there was a connection are lost. */
    async function knownOf(index: number, path: string, body: object): Promise<Record<string, number>> {
        const at = (server: number, to: string) =>
            post(servers.get(pod(server))!, to, { model, max_tokens: 1, ...body });
        // Any server tells the same tokens: the EPP asks one of them, by the Service.
        const rendered = await at((index + 1) % servers.size, `${path}/render`);
        const { token_ids: tokens } = ([rendered].flat() as { token_ids: number[] }[])[0]!;
        assert.ok(tokens.length >= 100);
        await at(index, path);
        let known: Record<string, number> = {};
        await eventually("the events arrive", async () => {
            known = await ask(tokens, [...servers.keys()]);
            return Object.keys(known).length > 0;
        });
        assert.equal(known[pod(index)], Math.floor(tokens.length / settings.simulator.blockSize));
        return known;
    }

    it("agree on the blocks of a prompt, of which the pod that has it alone is known to have them", async () => {
        // Whoever publishes before it is connected publishes to nobody, and a block that it has it never publishes again.
        let attempt = 0;
        await eventually("the simulators are connected", async () => {
            const prompt = words(`warm${String(attempt++)}`).join(" ");
            for (const port of servers.values()) {
                await post(port, "/v1/completions", { model, prompt, max_tokens: 1 });
            }
            await sleep(1_500);
            const rendered = await post(servers.get(pod(0))!, "/v1/completions/render", { model, prompt });
            const [{ token_ids: tokens }] = rendered as [{ token_ids: number[] }];
            return Object.keys(await ask(tokens, [...servers.keys()])).length === servers.size;
        });
        for (const index of [0, 1]) {
            const prompt = words(`text${String(index)}`).join(" ");
            assert.deepEqual(Object.keys(await knownOf(index, "/v1/completions", { prompt })), [pod(index)]);
            const messages = [
                { role: "system", content: words(`chat${String(index)}`).join(" ") },
                { role: "user", content: "Which pod has this?" },
            ];
            assert.deepEqual(Object.keys(await knownOf(index, "/v1/chat/completions", { messages })), [
                pod(index),
            ]);
        }
    });

    it("know nothing of a pod that is named by its address alone, as upstream's manifests have it", async () => {
        const messages = [{ role: "user", content: words("alone").join(" ") }];
        const known = await knownOf(2, "/v1/chat/completions", { messages });
        assert.deepEqual(Object.keys(known), ["127.0.0.4"]);
        const rendered = await post(servers.get(pod(0))!, "/v1/chat/completions/render", { model, messages });
        const { token_ids: tokens } = rendered as { token_ids: number[] };
        // So the endpoint picker calls it.
        assert.deepEqual(await ask(tokens, ["127.0.0.4:8200"]), {});
    });
});

/** Variables as a kubelet makes them for a pod at an address. */
function environmentOf(deployed: FoundContainer, address: string): Record<string, string> {
    const pod = { metadata: { name: "decode", namespace: "llm-d-sim" } } as V1Pod;
    return invocationOf(pod, deployed as unknown as V1Container, address).env;
}

async function post(port: number, path: string, body: object): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text);
}

function isOpen(port: number): Promise<boolean> {
    return new Promise((settle) => {
        const socket = net.connect(port, "127.0.0.1");
        socket.once("connect", () => settle(true)).once("error", () => settle(false));
        socket.once("connect", () => socket.destroy());
    });
}
