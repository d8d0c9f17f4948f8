import type { Finding, ModelContext } from "./check";
import { broken, everyPath, ref } from "./check";
import { stopped } from "./delivery";
import type { TrafficCheck } from "./traffic";

/** A pod and the models that it says it serves. */
interface Server {
    pod: string;
    models: readonly string[];
}

export const servedModels: TrafficCheck = {
    id: "served-models",
    title: "The pods that requests may reach serve the model that they ask for",
    needs: ["pods", "model-servers", "pool-pods"],
    on: everyPath,
    run: (context) => {
        const answers = Object.entries(context.traffic.served);
        const servers = answers.flatMap(([pod, served]) =>
            "models" in served ? [{ pod, models: served.models }] : [],
        );
        if (servers.length === 0) {
            const [error] = answers.flatMap(([, served]) => ("error" in served ? [served.error] : []));
            const skipped =
                error === undefined ? "no pod is ready" : `no pod says which models it serves: ${error}`;
            return stopped(context.traffic) ?? { skipped };
        }
        return judge(context, servers);
    },
};

function judge({ deployment, model }: ModelContext, servers: readonly Server[]): Finding[] {
    const wanted = model.model;
    const others = servers.filter(({ models }) => !models.includes(wanted));
    if (others.length === 0) {
        return [];
    }
    const { simulator } = deployment.namespaces;
    const backend =
        model.pool === undefined
            ? ref("Service", simulator, model.proxy.name)
            : ref("InferencePool", simulator, model.pool);
    if (others.length === servers.length) {
        return [
            broken(
                "pods-serve-another-model",
                `the route's requests ask for the model ${wanted}, and no pod of ${backend} serves it: ${listed(others)}`,
                "set the model that the pods serve (simulator.model), or see to the selector",
            ),
        ];
    }
    return [
        broken(
            "backend-over-several-models",
            `${backend} is over pods of several models: ${String(others.length)} of ${String(servers.length)} do not serve ${wanted}, and requests for it are sent to them all the same: ${listed(others)}`,
            "give each model a backend and a route of its own (`models`), or labels that the selector tells apart",
        ),
    ];
}

/** What of each pod is said; of many, the first few. */
function listed(servers: readonly Server[]): string {
    const most = 3;
    const texts = servers
        .slice(0, most)
        .map(({ pod, models }) => `${pod} serves ${models.join(", ") || "none"}`);
    const more = servers.length > most ? `; and ${String(servers.length - most)} more` : "";
    return `${texts.join("; ")}${more}`;
}
