import { z } from "zod";
import { objectiveGroups, presets } from "../../releases";
import { extraArguments, variables } from "./passThroughSchema";
import {
    certificates,
    durationUpTo,
    oneOf,
    privateKey,
    secretName,
    setting,
    toggle,
    wholeNumber,
} from "./values";

/** What a certificate of the EPP's own is checked against goes with it: half of it would be worse than none. */
const eppTls = z
    .strictObject({
        secretName: secretName(
            "TLS Secret in the EPP's namespace, with the names of its Service: <name>.<namespace>.svc.cluster.local or <name>.<namespace>.svc. A renewed one is read without a restart from EPP 0.5 on.",
        ).optional(),
        certificate: certificates(
            "Certificate of the EPP, of which the TLS Secret is made instead, with what lies between it and its root, in PEM.",
        )
            .meta({ secret: true })
            .optional(),
        key: privateKey(
            "Private key of the certificate, in PEM. In the stack's config it must be encrypted.",
        ).optional(),
        ca: certificates(
            "Certificates that the Gateway trusts for the EPP, in PEM; before a root is changed, the old one and the new one.",
        ).optional(),
        caSecretName: secretName(
            "Secret in the Gateway's namespace that has them in ca.crt instead.",
        ).optional(),
    })
    .optional();

/** What the endpoint picker is given. */
export const epp = z
    .strictObject({
        plugins: setting(
            oneOf([...presets, "custom"]),
            "Which EndpointPickerConfig the EPP runs: a preset, or epp.customConfig.",
        ).default("default"),
        customConfig: setting(
            z.looseObject({}),
            "An EndpointPickerConfig of your own, checked against the EPP's version; used with epp.plugins custom.",
            "an EndpointPickerConfig object",
        ).optional(),
        tracing: toggle("Whether the EPP exports traces over OTLP.").default(false),
        otlpEndpoint: setting(
            z.url({ protocol: /^https?$/ }).max(2048),
            "OTLP collector that traces go to. By https from EPP 0.10 on.",
            "an http(s) URL, e.g. http://otel-collector.observability:4317",
        ).optional(),
        traceSampleRatio: setting(
            z.number().min(0).max(1),
            "Part of the requests that the EPP traces, of those that come without a trace; a caller's own decision is kept. Used with epp.tracing.",
            "a number from 0 to 1",
        ).default(0.1),
        metricsAuth: toggle(
            "Whether the EPP's metrics ask for a token. Creates a ClusterRole to review tokens.",
        ).default(false),
        logLevel: setting(wholeNumber(0, 10), "The EPP's log verbosity (-v).").default(2),
        allowExperimentalPlugins: toggle(
            "Whether the EPP loads plugins that upstream calls experimental, which end it at start otherwise. From EPP 0.10 on.",
        ).default(false),
        flowControl: toggle(
            "Whether the EPP holds requests back while all pods are full (its feature gate flowControl). With epp.plugins custom the configuration says so.",
        ).default(false),
        drainTimeout: setting(
            durationUpTo("10m"),
            "How long an EPP that is told to end goes on serving. From EPP 0.10 on, where none means 30s.",
        ).optional(),
        emitEndpointScores: toggle(
            "Whether the EPP tells Envoy each pod's score, in dynamic metadata, e.g. for its access log. From EPP 0.10 on.",
        ).default(false),
        routingSidecar: toggle(
            "Whether decode pods have upstream's routing sidecar where the EPP picks prefill pods (pd-disaggregated, or a customConfig with a profile for each role): it has those prefill. Without it decode pods do so themselves.",
        ).default(false),
        objectiveGroup: setting(
            oneOf(objectiveGroups),
            "API group of the InferenceObjectives. None means the one that the EPP's version prefers: llm-d.ai from 0.9 on, whose CRD then has to be installed; where it is, such an EPP ignores the other group.",
        ).optional(),
        tls: eppTls,
        extraArgs: extraArguments("EPP").default([]),
        env: variables("EPP").default({}),
    })
    .prefault({});
