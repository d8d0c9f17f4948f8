import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { container, editConfig, epp } from "./picker";

const broken = breaking("kv-events");

const decode = /-decode$/;

/** Breaks each link of the chain by which an endpoint picker learns what simulators cache. */
export const kvEvents: Generator = function* (program) {
    const editArguments = (change: (all: string[]) => string[]) => (copy: typeof program) => {
        copy.get("Deployment", decode).update(`${container}.args`, change);
    };
    const publishTo = (address: string) =>
        editArguments((all) =>
            all.map((argument) =>
                argument.startsWith("--zmq-endpoint=") ? `--zmq-endpoint=${address}` : argument,
            ),
        );
    yield broken(
        "the simulators publish to themselves",
        editArguments((all) => all.filter((argument) => !argument.startsWith("--zmq-endpoint="))),
    );
    yield broken("the simulators publish to an address", publishTo("tcp://127.0.0.1:5557"));
    const { name, namespace } = program.get("Service", epp).get("metadata") as {
        name: string;
        namespace: string;
    };
    yield broken("the simulators publish to another port", publishTo(`tcp://${name}.${namespace}:5556`));
    yield harmless(
        "the simulators' endpoint with a short name",
        publishTo(`tcp://${name}.${namespace}:5557`),
    );
    yield broken(
        "the simulators cache nothing",
        editArguments((all) => all.map((argument) => argument.replace("--enable-kvcache=true", "--v=1"))),
    );
    yield broken("the pods are named by their address alone", (copy) => {
        copy.get("Deployment", decode).update<{ name: string }[]>(`${container}.env`, (env) =>
            env.map((variable) =>
                variable.name === "POD_IP" ? { name: "POD_IP", value: "$(POD_ADDRESS)" } : variable,
            ),
        );
    });
    yield broken("a simulator that tells no tokens", (copy) => {
        copy.get("Deployment", decode).set(`${container}.image`, "ghcr.io/llm-d/llm-d-inference-sim:v0.9.0");
    });
    yield broken("the Service has no such port", (copy) => {
        copy.get("Service", epp).update<{ port: number }[]>("spec.ports", (all) =>
            all.filter(({ port }) => port !== 5557),
        );
    });
    const producers = (change: (parameters: Record<string, unknown>) => unknown) =>
        editConfig(({ plugins }) => {
            plugins
                .filter(({ type }) => type === "precise-prefix-cache-producer")
                .forEach(({ parameters = {} }) => change(parameters));
        });
    yield broken(
        "the endpoint picker listens at another port",
        producers((parameters) => (parameters.kvEventsConfig = { zmqEndpoint: "tcp://0.0.0.0:5558" })),
    );
    yield broken(
        "the endpoint picker listens nowhere",
        producers((parameters) => (parameters.kvEventsConfig = { discoverPods: true })),
    );
    yield harmless(
        "the endpoint picker listens at a star",
        producers((parameters) => (parameters.kvEventsConfig = { zmqEndpoint: "tcp://*:5557" })),
    );
};
