import type { Captured } from "../captured";
import type { Generator, Verdict } from "../mutation";
import { harmless } from "../mutation";
import type { Program } from "../program";

/** How Envoys are told to speak to the model servers: what a rule may say, and nobody may want. */
export const proxyDestinationRule: Generator = function* (program) {
    const proxy = /-proxy$/;
    if (!program.has("DestinationRule", proxy)) {
        return;
    }
    const edit = (change: (rule: Captured) => unknown) => (copy: Program) => {
        change(copy.get("DestinationRule", proxy));
    };
    const found = (id: string, message: RegExp, warning?: Pick<Verdict, "warning">): Verdict => ({
        ...{ id, message, on: ["scheduler"] },
        ...warning,
    });
    yield harmless(
        "proxy: TLS, which model servers do not serve",
        edit((rule) => rule.set("spec.trafficPolicy.tls", { mode: "ISTIO_MUTUAL" })),
        found("proxy-tls-mismatch", /speak TLS \(ISTIO_MUTUAL\) to pods that serve plain HTTP/),
    );
    yield harmless(
        "proxy: one request waits",
        edit((rule) => rule.set("spec.trafficPolicy.connectionPool.http.http1MaxPendingRequests", 1)),
        found("proxy-pending-requests", /load turns into 503 UO/, { warning: true }),
    );
};
