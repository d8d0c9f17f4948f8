import { parseAllDocuments, stringify } from "yaml";
import { runCommand } from "../toolchain/command";
import type { LabTools } from "../toolchain/lab";
import { istioTag } from "./images";

/** Namespace of istiod. */
export const istioNamespace = "istio-system";

/**
 * Settings of Istio's installation over its profile `minimal`. The Envoy that is there is the upstream one, which has
 * none of the extensions of Istio's own build, so istiod is told to ask for none: these carry telemetry only.
 */
const settings = [
    "profile=minimal",
    "hub=docker.io/istio",
    `tag=${istioTag}`,
    "values.pilot.env.ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true",
    "values.pilot.env.PILOT_ENABLE_METADATA_EXCHANGE=false",
    "values.telemetry.enabled=false",
];

/**
 * Left out: the definitions that the control plane has already, the autoscaler that has no metrics to act on, and the
 * webhooks, whose failure would stop deployments while the lab is not running.
 */
const leftOut = new Set([
    "CustomResourceDefinition",
    "HorizontalPodAutoscaler",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
]);

/** Takes out the one more extension that istiod has no setting for. It matters to mutual TLS with sidecars only. */
const withoutAlpnFilter = {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: "upstream-envoy", namespace: istioNamespace },
    spec: {
        configPatches: [
            {
                applyTo: "HTTP_FILTER",
                match: {
                    listener: {
                        filterChain: {
                            filter: {
                                name: "envoy.filters.network.http_connection_manager",
                                subFilter: { name: "istio.alpn" },
                            },
                        },
                    },
                },
                patch: { operation: "REMOVE" },
            },
        ],
    },
};

interface Manifest {
    kind: string;
}

/** By the program that rendered them: whoever opens the lab once more gets the same. */
const known = new Map<string, string>();

/** The manifests of an installation of Istio, as `istioctl manifest generate` renders them, in one YAML text. */
export async function istioManifests(tools: LabTools): Promise<string> {
    const manifests = known.get(tools.istioManifests) ?? (await render(tools));
    known.set(tools.istioManifests, manifests);
    return manifests;
}

async function render(tools: LabTools): Promise<string> {
    const rendered = await runCommand(tools.istioManifests, settings, { step: "Rendering Istio's charts" });
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: istioNamespace } };
    const objects = parseAllDocuments(rendered)
        .map((document) => document.toJS() as Manifest | null)
        .filter((object) => object !== null && !leftOut.has(object.kind));
    return [namespace, ...objects, withoutAlpnFilter].map((object) => stringify(object)).join("---\n");
}
