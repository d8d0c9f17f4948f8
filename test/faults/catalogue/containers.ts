import type { Captured } from "../captured";
import { podSpec } from "./picker";

/** Where the containers of a Deployment are, the init containers that keep running among them. */
export function containersOf(deployment: Captured): string[] {
    return ["containers", "initContainers"].flatMap((field) => {
        const all = (deployment.get(`${podSpec}.${field}`) ?? []) as unknown[];
        return all.map((_, position) => `${podSpec}.${field}.${String(position)}`);
    });
}

/** Where the container is that requests come to: the routing sidecar, where one stands in front of the model server. */
export function frontOf(deployment: Captured): string {
    const front = containersOf(deployment).find((path) => portOf(deployment, path) === 8200);
    if (front === undefined) {
        throw new Error(`${deployment.kubernetesName} has no container with the port of inference`);
    }
    return front;
}

/** The port that a container declares. */
export function portOf(deployment: Captured, container: string): unknown {
    return deployment.get(`${container}.ports.0.containerPort`);
}

/** The argument of a routing sidecar that says where the model server behind it listens; undefined of other containers. */
export function targetOf(deployment: Captured, container: string): string | undefined {
    const all = deployment.list(`${container}.args`) as string[];
    return all.find((argument) => /^--(vllm-port|model-server-port)=/.test(argument));
}

/** Has the model server behind a routing sidecar, if there is one, listen at another port. */
export function moveBehind(deployment: Captured, port: number): void {
    const front = frontOf(deployment);
    const [server] = containersOf(deployment);
    if (server === undefined || server === front) {
        return;
    }
    const target = targetOf(deployment, front);
    deployment
        .update<string[]>(`${front}.args`, (all) =>
            all.map((argument) =>
                argument === target ? argument.replace(/=.*/, `=${String(port)}`) : argument,
            ),
        )
        .update<string[]>(`${server}.args`, (all) =>
            all.map((argument) => (argument.startsWith("--port=") ? `--port=${String(port)}` : argument)),
        )
        .set(`${server}.ports.0.containerPort`, port);
}
