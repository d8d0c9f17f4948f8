import { strict as assert } from "assert";
import type { Manifest } from "../../support/resources";
import { decodeLabels, deployment, models, service } from "../fixtures";
import { chain, configured, stack } from "./fixtures";
import { processorTime } from "../../../support/processor";

describe("inference-port: around a chain", () => {
    const around = (kind: string, apiVersion: string, spec: object): Manifest => ({
        apiVersion,
        kind,
        metadata: { name: "x", namespace: models },
        spec,
    });
    const networkPolicy = (spec: object) => around("NetworkPolicy", "networking.k8s.io/v1", spec);

    it("wants NetworkPolicies that list ports to admit the port", () => {
        const ingress = (...ports: object[]) => networkPolicy({ podSelector: {}, ingress: [{ ports }] });
        assert.deepEqual(stack([...chain, ingress({ port: 8000 })]), [
            `NetworkPolicy models/x: NetworkPolicy models/x: the ports admitted (spec.ingress) to the pods of Deployment models/decode are 8000, but ${configured}.`,
        ]);
        assert.equal(stack([...chain, ingress({ port: 8200, protocol: "UDP" })]).length, 1);
        for (const ports of [[{ port: 8200 }], [{ port: "http" }], [{ port: 8000, endPort: 8300 }], []]) {
            assert.deepEqual(stack([...chain, ingress(...ports)]), []);
        }
    });

    it("takes NetworkPolicies together, as Kubernetes does", () => {
        const ingress = (name: string, port: number) => ({
            ...networkPolicy({ podSelector: {}, ingress: [{ ports: [{ port }] }] }),
            metadata: { name, namespace: models },
        });
        assert.deepEqual(stack([...chain, ingress("a", 9090), ingress("b", 8200)]), []);
        const deny = networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] });
        assert.deepEqual(stack([...chain, deny]), []);
    });

    it("wants egress to model servers to admit the port", () => {
        const egress = (port: number) =>
            networkPolicy({
                podSelector: {},
                policyTypes: ["Egress"],
                egress: [{ to: [{ podSelector: { matchLabels: decodeLabels } }], ports: [{ port }] }],
            });
        assert.deepEqual(stack([...chain, egress(8200)]), []);
        assert.match(stack([...chain, egress(8000)])[0] ?? "", /spec\.egress\.0\.ports\) are 8000, but/);
    });

    it("wants monitors of model servers to scrape the port", () => {
        const monitor = (...podMetricsEndpoints: object[]) =>
            around("PodMonitor", "monitoring.coreos.com/v1", {
                selector: { matchLabels: decodeLabels },
                podMetricsEndpoints,
            });
        assert.deepEqual(stack([...chain, monitor({ port: "http" })]), []);
        assert.deepEqual(stack([...chain, monitor({ port: "epp" }, { portNumber: 8200 })]), []);
        assert.match(
            stack([...chain, monitor({ port: "epp" })])[0] ?? "",
            /are epp, none of which is the inference port/,
        );
        const services = (port: string) =>
            around("ServiceMonitor", "monitoring.coreos.com/v1", { selector: {}, endpoints: [{ port }] });
        const named = [deployment(), service({ name: "http" })];
        assert.deepEqual(stack([...named, services("http")]), []);
        assert.match(
            stack([...named, services("web")])[0] ?? "",
            /ports scraped \(spec\.endpoints\) are web/,
        );
    });

    it("wants a DestinationRule's ports to be the Service's", () => {
        const destination = (host: string, number: number) =>
            around("DestinationRule", "networking.istio.io/v1", {
                host,
                trafficPolicy: { portLevelSettings: [{ port: { number } }] },
            });
        for (const host of ["proxy", "proxy.models", "proxy.models.svc.cluster.local"]) {
            assert.deepEqual(stack([...chain, destination(host, 8200)]), []);
            assert.match(
                stack([...chain, destination(host, 8000)])[0] ?? "",
                /is 8000, but Service models\/proxy/,
            );
        }
        assert.deepEqual(stack([...chain, destination("proxy.example.com", 1)]), []);
    });

    it("wants outputs to name the port", () => {
        const outputs = (url: string) => stack(chain, { direct: { url } });
        assert.deepEqual(outputs("http://proxy.models.svc.cluster.local:8200/v1"), []);
        assert.deepEqual(outputs("http://other.models.svc:8000"), []);
        assert.deepEqual(outputs("http://proxy.models.svc.cluster.local:8000/v1"), [
            `The stack's output direct.url sends to port 8000 of Service models/proxy ("proxy.models.svc.cluster.local:8000"), but ${configured}.`,
        ]);
        assert.equal(outputs("kubectl --namespace models port-forward service/proxy 1:8000").length, 1);
        assert.deepEqual(outputs("kubectl -n models port-forward svc/proxy 8000:8200"), []);
    });

    it("reads outputs of any length in one pass", () => {
        const took = processorTime(() => {
            for (const text of [
                "a".repeat(400_000),
                "a-".repeat(200_000),
                "a.".repeat(200_000),
                "port-forward svc/".repeat(20_000),
                " ".repeat(400_000),
                "1".repeat(400_000),
            ]) {
                assert.deepEqual(stack(chain, { text }), []);
            }
        });
        assert.ok(took < 3000, `${String(took)} ms`);
    });
});
