import type { Captured } from "../captured";
import type { Generator, Mutation, Verdict } from "../mutation";
import { breaking } from "../mutation";
import type { Program } from "../program";

const presence = breaking("reference-grant-presence", "mandatory");
const scope = breaking("reference-grant-scope", "advisory");

const poolGroup = "inference.networking.k8s.io";

/** Names a resource of the program, so that a mutation finds it in its copy. */
function named({ kind, kubernetesName }: Captured) {
    return (program: Program) => program.get(kind, new RegExp(`^${kubernetesName}$`));
}

/** Grants that go missing or miss their mark, and references that leave the grant behind. */
export const referenceGrantPresence: Generator = function* (program) {
    const grants = program.ofKind("ReferenceGrant");
    for (const grant of grants) {
        const find = named(grant);
        const name = grant.kubernetesName;
        const called = grants.length === 1 ? "the grant" : `grant ${name}`;
        const kind = String(grant.get("spec.to.0.kind"));
        yield presence(
            `${called}: deleted`,
            (copy) => {
                copy.remove("ReferenceGrant", new RegExp(`^${name}$`));
            },
            found("grant-missing", new RegExp(`no ReferenceGrant in llm-d-sim for ${kind} gaie-`)),
        );
        yield* changes(called, kind, find);
    }
    for (const route of program.ofKind("HTTPRoute").slice(0, 1)) {
        yield* routeChanges(route);
    }
    yield presence("a listener's certificate in another namespace", (copy) => {
        copy.get("Gateway").set("spec.listeners.0.tls.certificateRefs", [
            { name: "cert", namespace: "certs" },
        ]);
    });
};

/** What `verify` finds where the one grant of a stack does not admit its route. */
function found(id: string, message: RegExp): Verdict {
    return { id, message, on: ["scheduler", "scoring"] };
}

function* changes(name: string, kind: string, find: (program: Program) => Captured): Iterable<Mutation> {
    const set = (path: string, value: unknown, title: string, verdict?: Verdict) =>
        presence(
            `${name}: ${title}`,
            (copy) => {
                find(copy).set(path, value);
            },
            verdict,
        );
    yield set(
        "metadata.namespace",
        "llm-d-inference-scheduler",
        "in the route's namespace",
        found("grant-wrong-namespace", /a grant counts in its backend's/),
    );
    yield set("apiVersion", "gateway.networking.x-k8s.io/v1", "of another API group");
    yield set(
        "spec.from.0.namespace",
        "elsewhere",
        "from another namespace",
        found(
            "grant-wrong-from",
            /is for HTTPRoutes of elsewhere, and the HTTPRoute is in llm-d-inference-scheduler/,
        ),
    );
    yield set("spec.from.0.kind", "GRPCRoute", "from another kind");
    yield set("spec.from.0.group", "", "from another group");
    yield set(
        "spec.to.0.name",
        "another",
        "to another name",
        found("grant-wrong-name", /allows another alone/),
    );
    const other = kind === "InferencePool" ? "Service" : "InferencePool";
    yield set("spec.to.0.kind", other, "to the other kind of backend");
    yield presence(
        `${name}: to the other kind of backend, with its group`,
        (copy) => {
            find(copy)
                .set("spec.to.0.kind", other)
                .set("spec.to.0.group", other === "Service" ? "" : poolGroup);
        },
        found("grant-wrong-kind", new RegExp(`allows ${other} alone`)),
    );
    yield presence(`${name}: to the other group`, (copy) => {
        const grant = find(copy);
        grant.set("spec.to.0.group", grant.get("spec.to.0.group") === "" ? poolGroup : "");
    });
    yield set("spec.from", [], "from nobody");
    yield set("spec.to", [], "to nothing");
}

function* routeChanges(route: Captured): Iterable<Mutation> {
    const find = named(route);
    const ref = "spec.rules.0.backendRefs.0";
    const other = { name: "shadow", namespace: "llm-d-sim", port: 8200 };
    yield presence("route: backend in a namespace without grants", (copy) => {
        find(copy).set(`${ref}.namespace`, "elsewhere");
    });
    yield presence(
        "route: another backend's name",
        (copy) => {
            find(copy).set(`${ref}.name`, "another");
        },
        {
            id: "route-backend-mismatch",
            message: /leads to (Service|InferencePool) llm-d-sim\/another/,
            on: ["scheduler", "scoring"],
        },
    );
    yield presence("route: the backend's group of the experimental API", (copy) => {
        find(copy).set(`${ref}.group`, "inference.networking.x-k8s.io");
    });
    yield presence("route: a second backend in another namespace", (copy) => {
        find(copy).list("spec.rules.0.backendRefs").push(other);
    });
    yield presence("route: a mirror to another namespace", (copy) => {
        find(copy).set("spec.rules.0.filters", [
            { type: "RequestMirror", requestMirror: { backendRef: other } },
        ]);
    });
    yield presence("route: a mirror of one backendRef to another namespace", (copy) => {
        find(copy).set(`${ref}.filters`, [{ type: "RequestMirror", requestMirror: { backendRef: other } }]);
    });
    yield presence("a GRPCRoute to the same backend, which the grant does not name", (copy) => {
        const { inputs } = find(copy.clone());
        copy.add({ ...inputs, apiVersion: "gateway.networking.k8s.io/v1", kind: "GRPCRoute" });
    });
}

/** Grants that admit more than is used. */
export const referenceGrantScope: Generator = function* (program) {
    for (const grant of program.ofKind("ReferenceGrant").slice(0, 1)) {
        const find = named(grant);
        const from = { group: "gateway.networking.k8s.io", kind: "HTTPRoute" };
        yield scope("grant: to every object of the kind", (copy) => {
            find(copy).unset("spec.to.0.name");
        });
        yield scope("grant: from a kind that refers to nothing", (copy) => {
            find(copy).list("spec.from").push({ group: "apps", kind: "Deployment", namespace: "elsewhere" });
        });
        yield scope("grant: from routes of a kind that the namespace does not have", (copy) => {
            find(copy)
                .list("spec.from")
                .push({ ...from, kind: "TCPRoute", namespace: "llm-d-inference-scheduler" });
        });
        yield scope("grant: to a kind that nothing refers to", (copy) => {
            find(copy).list("spec.to").push({ group: "apps", kind: "Deployment", name: "decode" });
        });
        yield scope("grant: to a Service that nothing refers to", (copy) => {
            find(copy).list("spec.to").push({ group: "", kind: "Service", name: "unused" });
        });
        yield scope("a second grant that nothing uses", (copy) => {
            copy.add({
                apiVersion: "gateway.networking.k8s.io/v1beta1",
                kind: "ReferenceGrant",
                metadata: { name: "leftover", namespace: "llm-d-sim" },
                spec: {
                    from: [{ ...from, namespace: "llm-d-inference-scheduler" }],
                    to: [{ group: "", kind: "Service", name: "gone" }],
                },
            });
        });
    }
};
