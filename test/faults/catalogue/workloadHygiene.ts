import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { containersOf } from "./containers";
import { container, epp, podSpec } from "./picker";

const broken = breaking("workload-hygiene");

const workloads = { decode: /-decode$/, "the endpoint picker": epp };

/** Pods that are not pinned, bounded, restricted or probed. */
export const workloadHygiene: Generator = function* (program) {
    for (const [title, name] of Object.entries(workloads)) {
        const set = (what: string, path: string, value: unknown) =>
            broken(`${title}: ${what}`, (copy) => {
                copy.get("Deployment", name).set(path, value);
            });
        const unset = (what: string, path: string) =>
            broken(`${title}: ${what}`, (copy) => {
                copy.get("Deployment", name).unset(path);
            });
        const image = String(program.get("Deployment", name).get(`${container}.image`)).replace(
            /:[^:]*$/,
            "",
        );
        yield set("image by latest", `${container}.image`, `${image}:latest`);
        yield set("image without a tag", `${container}.image`, image);
        for (const field of ["requests", "limits"]) {
            yield unset(`no ${field}`, `${container}.resources.${field}`);
            for (const resource of ["cpu", "memory"]) {
                // An endpoint picker without a limit of CPU is what is deployed.
                if (name !== epp || field !== "limits" || resource !== "cpu") {
                    yield unset(`no ${field} of ${resource}`, `${container}.resources.${field}.${resource}`);
                }
            }
        }
        yield unset("no resources", `${container}.resources`);
        yield unset("may be root", `${podSpec}.securityContext.runAsNonRoot`);
        yield set("its container may be root", `${container}.securityContext.runAsNonRoot`, false);
        yield set("is root", `${container}.securityContext.runAsUser`, 0);
        yield unset("may gain privileges", `${container}.securityContext.allowPrivilegeEscalation`);
        yield set("gains privileges", `${container}.securityContext.allowPrivilegeEscalation`, true);
        yield set("is privileged", `${container}.securityContext.privileged`, true);
        yield unset("keeps capabilities", `${container}.securityContext.capabilities`);
        yield set("drops one capability", `${container}.securityContext.capabilities.drop`, ["NET_RAW"]);
        yield set("adds a capability", `${container}.securityContext.capabilities.add`, ["SYS_ADMIN"]);
        yield unset("no seccomp profile", `${podSpec}.securityContext.seccompProfile`);
        yield set(
            "an unconfined seccomp profile",
            `${podSpec}.securityContext.seccompProfile.type`,
            "Unconfined",
        );
        for (const field of ["hostNetwork", "hostPID", "hostIPC"]) {
            yield set(field, `${podSpec}.${field}`, true);
        }
        yield set("a port of the node", `${container}.ports.0.hostPort`, 8200);
        yield broken(`${title}: a path of the node`, (copy) => {
            copy.get("Deployment", name)
                .list(`${podSpec}.volumes`)
                .push({ name: "node", hostPath: { path: "/var/run" } });
        });
        yield unset("no liveness probe", `${container}.livenessProbe`);
        yield unset("no readiness probe", `${container}.readinessProbe`);
        yield broken(`${title}: a careless init container`, (copy) => {
            const deployment = copy.get("Deployment", name);
            deployment.set(`${podSpec}.initContainers`, [
                ...((deployment.get(`${podSpec}.initContainers`) ?? []) as unknown[]),
                { name: "init", image: "busybox" },
            ]);
        });
        yield harmless(`${title}: settings of the container in place of the pod's`, (copy) => {
            const deployment = copy.get("Deployment", name);
            for (const field of ["runAsNonRoot", "seccompProfile"]) {
                for (const path of containersOf(deployment)) {
                    deployment.set(
                        `${path}.securityContext.${field}`,
                        deployment.get(`${podSpec}.securityContext.${field}`),
                    );
                }
                deployment.unset(`${podSpec}.securityContext.${field}`);
            }
        });
        yield harmless(`${title}: a local seccomp profile`, (copy) => {
            copy.get("Deployment", name).set(`${podSpec}.securityContext.seccompProfile`, {
                type: "Localhost",
                localhostProfile: "profiles/x.json",
            });
        });
        yield harmless(`${title}: the one capability that may be added`, (copy) => {
            copy.get("Deployment", name).set(`${container}.securityContext.capabilities.add`, [
                "NET_BIND_SERVICE",
            ]);
        });
    }
    yield harmless("a careless pod of somebody else", (copy) => {
        copy.add({
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "debug", namespace: "web" },
            spec: { hostNetwork: true, containers: [{ name: "debug", image: "busybox:latest" }] },
        });
    });
};
