/**
 * Addresses inside the lab's network namespaces. None of them is reachable from outside, and none meets those of the
 * simulated pods and nodes (10.244.0.0/16 and 10.245.0.0/24).
 */

/** The node that runs pods as processes. */
export const nodeAddress = "10.246.0.1";

/** The lab's pods: `podAddress(1)` and on. */
export function podAddress(index: number): string {
    return `10.247.${String(index >> 8)}.${String(index & 255)}`;
}

/** How many pods can ever be told apart. */
export const maximumPods = 65_000;

/** Services' cluster addresses, as the API server hands them out. */
export const serviceRange = "10.96.0.0/16";

/** The API server's own Service. */
export const kubernetesServiceAddress = "10.96.0.1";

/** Where pods send DNS questions. */
export const dnsAddress = "10.246.0.10";

/** How many Services of type LoadBalancer can be at a time. */
export const maximumLoadBalancers = 254;

/** Addresses that Services of type LoadBalancer get: `loadBalancerAddress(1)` and on. */
export function loadBalancerAddress(index: number): string {
    return `10.246.1.${String(index)}`;
}

/** What the node answers for: Services, DNS and load balancers. */
export const localRanges = [serviceRange, "10.246.0.0/23"];
