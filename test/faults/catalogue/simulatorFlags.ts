import type { Captured } from "../captured";
import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import type { Program } from "../program";
import { container } from "./picker";

const broken = breaking("simulator-flags");

const decode = /-decode$/;

/** Arguments and probes of another version of the simulator. */
export const simulatorFlags: Generator = function* (program) {
    const change = (edit: (deployment: Captured) => unknown) => (program: Program) => {
        edit(program.get("Deployment", decode));
    };
    const add = (...args: string[]) =>
        change((deployment) => deployment.list(`${container}.args`).push(...args));
    const image = (version: string) => `registry.example.com/llm-d-inference-sim:v${version}`;
    // A pool of both roles then has pods of two models.
    const labels = program.ofKind("InferencePool")[0]?.get("spec.selector.matchLabels");
    const apart = labels === undefined || "llm-d.ai/role" in (labels as object);
    yield (apart ? harmless : breaking("selectors"))(
        "another model, which requests do not name",
        change((deployment) =>
            deployment.update<string[]>(`${container}.args`, (all) => [
                ...all.filter((argument) => !argument.startsWith("--model=")),
                "--model=another/model",
            ]),
        ),
        {
            id: "server-model-mismatch",
            message: /serves model another\/model, and requests name random/,
            on: ["scheduler"],
        },
    );
    yield broken("a flag that no version has", add("--force-tokenizer=true"));
    yield broken("one dash", add("-model=x"));
    yield broken(
        "a latency without a unit, which newer versions need",
        change((deployment) =>
            deployment
                .set(`${container}.image`, image("0.10.2"))
                .update<string[]>(`${container}.args`, (all) => [
                    ...all.filter((argument) => !argument.startsWith("--time-to-first-token")),
                    "--time-to-first-token=20",
                ]),
        ),
    );
    yield broken(
        "a latency with a unit, which older versions do not read",
        change((deployment) =>
            deployment
                .set(`${container}.image`, image("0.6.1"))
                .update<string[]>(`${container}.args`, (all) => [...all, "--inter-token-latency=20ms"]),
        ),
    );
    yield broken("a block size that it does not have", add("--block-size=24"));
    for (const probe of ["readinessProbe", "livenessProbe"]) {
        yield broken(
            `${probe} of a path that it does not have`,
            change((deployment) => deployment.set(`${container}.${probe}.httpGet.path`, "/healthz")),
        );
    }
    yield broken(
        "/health/ready of a version before it",
        change((deployment) =>
            deployment
                .set(`${container}.image`, image("0.8.2"))
                .set(`${container}.readinessProbe.httpGet.path`, "/health/ready"),
        ),
    );
    yield harmless("a flag more", add("--seed", "1"));
    yield harmless("verbosity", add("-v=4"));
    yield harmless(
        "a probe of the models",
        change((deployment) => deployment.set(`${container}.readinessProbe.httpGet.path`, "/v1/models")),
    );
};
