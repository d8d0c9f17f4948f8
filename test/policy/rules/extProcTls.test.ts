import { strict as assert } from "assert";
import { extProcTls as rule } from "../../../policy/rules/extProcTls";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { gateway } from "./fixtures";
import { destinationRule, picker, pickerService, poolArguments } from "./pickerFixtures";

const check = (...rules: Manifest[]) => checkStack(rule, [picker(), pickerService(), gateway(), ...rules]);
const plain = picker({ args: [...poolArguments, "--secure-serving=false"] });
const certified = picker({ args: [...poolArguments, "--cert-path=/certs"] });
const skip = { mode: "SIMPLE", insecureSkipVerify: true };
const forPort = (number: number, tls?: unknown) => ({ portLevelSettings: [{ port: { number }, tls }] });

describe("ext-proc-tls", () => {
    it("minds a certificate that nobody checks where the config asks for one", () => {
        const said = (verified: "no" | "advised" | "required", tls: object) =>
            checkStack(rule, [certified, pickerService(), gateway(), destinationRule({ tls })], {
                config: { verified },
            });
        const finding =
            "DestinationRule models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), and DestinationRule models/epp has gateways take any certificate for its own (spec.trafficPolicy.tls.insecureSkipVerify): give it one by --cert-path, and name whose to trust.";
        assert.deepEqual(said("required", skip), [finding]);
        assert.deepEqual(said("advised", skip), [`advisory: ${finding}`]);
        assert.deepEqual(said("no", skip), []);
        assert.deepEqual(said("required", { mode: "SIMPLE", credentialName: "ca" }), []);
    });

    it("passes TLS on both sides", () => {
        assert.deepEqual(check(destinationRule()), []);
        assert.deepEqual(check(destinationRule(forPort(9002, skip))), []);
        assert.deepEqual(
            checkStack(rule, [
                certified,
                pickerService(),
                destinationRule({ tls: { mode: "SIMPLE", caCertificates: "/ca" } }),
            ]),
            [],
        );
        assert.deepEqual(
            checkStack(rule, [
                certified,
                pickerService(),
                destinationRule({ tls: { mode: "SIMPLE", credentialName: "ca" } }),
            ]),
            [],
        );
    });

    it("passes plain text on both sides", () => {
        assert.deepEqual(checkStack(rule, [plain, pickerService(), gateway()]), []);
        assert.deepEqual(
            checkStack(rule, [plain, pickerService(), destinationRule({ tls: { mode: "DISABLE" } })]),
            [],
        );
    });

    it("reports TLS that gateways do not use", () => {
        assert.deepEqual(check(), [
            "Service models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but no DestinationRule of the program tells gateways to use it.",
        ]);
        assert.deepEqual(check(destinationRule({})), [
            "DestinationRule models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but DestinationRule models/epp has gateways use none (spec.trafficPolicy).",
        ]);
        assert.deepEqual(check(destinationRule({ ...forPort(9002), tls: skip })), [
            "DestinationRule models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but DestinationRule models/epp has gateways use none (spec.trafficPolicy).",
        ]);
    });

    it("completes hosts as Istio does", () => {
        assert.deepEqual(check(destinationRule(undefined, { host: "epp" })), []);
        assert.deepEqual(check(destinationRule(undefined, { host: "epp", namespace: "routes" })), [
            "Service models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but no DestinationRule of the program tells gateways to use it.",
        ]);
        assert.deepEqual(check(destinationRule(undefined, { host: "epp.models" })), [
            "Service models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but no DestinationRule of the program tells gateways to use it. DestinationRule models/epp is not for it: Istio takes its host epp.models for a full one.",
        ]);
        assert.deepEqual(check(destinationRule(undefined, { host: "*.models.svc.cluster.local" })), []);
        assert.deepEqual(check(destinationRule(undefined, { host: "*.routes.svc.cluster.local" })), [
            "Service models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but no DestinationRule of the program tells gateways to use it.",
        ]);
        assert.deepEqual(check(destinationRule(undefined, { host: "*" })), []);
    });

    it("prefers the exact host, and then the longest wildcard", () => {
        assert.deepEqual(check(destinationRule({}), destinationRule(undefined, { host: "*", name: "all" })), [
            "DestinationRule models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but DestinationRule models/epp has gateways use none (spec.trafficPolicy).",
        ]);
        assert.deepEqual(
            check(
                destinationRule(undefined, { host: "*.local", name: "all" }),
                destinationRule({}, { host: "*.models.svc.cluster.local" }),
            ),
            [
                "DestinationRule models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but DestinationRule models/epp has gateways use none (spec.trafficPolicy).",
            ],
        );
        assert.deepEqual(check(destinationRule({}), destinationRule(undefined, { name: "second" })), []);
    });

    it("looks where Istio does", () => {
        assert.deepEqual(check(destinationRule(undefined, { namespace: "routes" })), []);
        assert.deepEqual(check(destinationRule(undefined, { namespace: "istio-system" })), []);
        assert.deepEqual(check(destinationRule(undefined, { namespace: "elsewhere" })), [
            "Service models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but no DestinationRule of the program tells gateways to use it.",
        ]);
    });

    it("leaves programs without Istio alone", () => {
        assert.deepEqual(
            checkStack(rule, [picker(), pickerService(), gateway({}, { gatewayClassName: "gke-l7" })]),
            [],
        );
        assert.deepEqual(
            checkStack(rule, [picker(), pickerService(), gateway({}, { gatewayClassName: "mesh" })], {
                config: { istioClasses: ["mesh"] },
            }),
            [
                "Service models/epp: Deployment models/epp serves TLS on gRPC port 9002 of Service models/epp (the default of --secure-serving), but no DestinationRule of the program tells gateways to use it.",
            ],
        );
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(check(destinationRule(unknown)), [
            "waits: Service models/epp: spec.trafficPolicy of DestinationRule models/epp is not known in preview",
        ]);
        assert.deepEqual(check(destinationRule(undefined, { host: unknown })), [
            "waits: Service models/epp: spec.host of DestinationRule models/epp is not known in preview",
        ]);
        assert.deepEqual(
            checkStack(rule, [picker({ args: ["--pool-name=pool", unknown] }), pickerService(), gateway()]),
            [
                "waits: Service models/epp: spec.template.spec.containers.0.args.1 of Deployment models/epp is not known in preview",
            ],
        );
    });
});
