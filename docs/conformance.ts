import type { BrokenSetup } from "../test/faults/brokenSetups";
import { brokenSetups, setupsOfOthers, tellingRules } from "../test/faults/brokenSetups";
import { everyFault } from "../test/faults/stacks";
import { findKnown } from "../local/conformance/known";
import type { ConformanceRecord, SuiteRecord } from "../local/conformance/record";
import { recordFile } from "../local/conformance/record";
import type { SuiteName } from "../local/conformance/suites";
import { suites } from "../local/conformance/suites";

/** What is to be said of a suite before its table. */
const about: Partial<Record<SuiteName, string>> = {
    deployed: [
        "The dev stack, deployed in pool mode, is held against the same checks. The suites' tests name objects that they make " +
            "themselves and compare answers with what their own back ends echo, so that as they are they cannot be pointed at " +
            "a stack that is there: but for `InferencePoolAccepted`, which is run itself, it is what they check with that is " +
            "called (their Go packages `conformance/utils`), with the names of the output `deployment`. `ReferenceGrantDecides` does " +
            "what `HTTPRouteReferenceGrant` and `HTTPRouteInvalidReferenceGrant` do, `EndpointPickerUnavailable` what " +
            "`EppUnAvailableFailOpen` does, and the same with FailClose, of which the suite has no test; both put back what they break.",
        "Not pointed at the stack are: tests that choose the pod by a header (`GatewayFollowingEPPRouting`, " +
            "`GatewayDestinationEndpointServed`), which only the suite's own EPP obeys; those of several pools or Gateways, of " +
            "which the dev stack has one; and those of what routes of the program do not have, as redirects and mirrors.",
    ].join("\n\n"),
};

/** The page of what the conformance suites came to, made of the record of a run. */
export function conformancePage({ istio, suites: ran }: ConformanceRecord): string {
    return [
        "# The conformance suites in the lab",
        `<!-- Made by \`npm run docs\` of ${recordFile}, which \`make conformance ARGS=--record\` writes. -->`,
        "`make conformance` runs the conformance suites of the Gateway API and of its Inference Extension (GIE), as they are, " +
            "against the lab: its API server, Istio and Envoy. [lab.md](lab.md) says how.",
        `Istio: ${istio}.`,
        ...ran.flatMap(suiteSection),
        ...brokenSection(),
    ].join("\n\n");
}

function suiteSection({ name, version, tests }: SuiteRecord): string[] {
    const count = (result: string) => tests.filter((test) => test.result === result).length;
    const rows = tests.filter(({ name: test, result }) => result !== "skipped" || findKnown(name, test));
    const others = tests.filter((test) => !rows.includes(test)).map(({ name: test }) => `\`${test}\``);
    return [
        `## ${suites[name].title} ${version}`,
        ...(about[name] === undefined ? [] : [about[name]]),
        `${String(count("passed"))} passed, ${String(count("failed"))} failed.`,
        [
            "| test | result | whose it is, and why |",
            "| --- | --- | --- |",
            ...rows.map(({ name: test, result, again = false }) => {
                const found = result === "passed" ? undefined : findKnown(name, test);
                const why = found === undefined ? "" : `${found.whose} ${found.reason}`;
                const shown = result === "skipped" ? "left out" : `${result}${again ? ", run again" : ""}`;
                return `| \`${test}\` | ${shown} | ${why} |`;
            }),
        ].join("\n"),
        ...(others.length === 0 ? [] : [`Not run, for they are of other profiles: ${others.join(", ")}.`]),
    ];
}

function brokenSection(): string[] {
    return [
        "## What `verify` says of the suites' broken setups",
        "Each of the suites' setups that are broken on purpose is brought about on the deployed stack, in the lab, and `verify` " +
            "names the cause before what follows from it. Where the policy pack tells it too, in preview or by `judge`, its rule is named.",
        [
            "| test that sets it up | on the deployed stack | what `verify` says first | rule of the pack |",
            "| --- | --- | --- | --- |",
            ...brokenSetups.flatMap(brokenRows),
        ].join("\n"),
        "Not brought about:",
        Object.entries(setupsOfOthers)
            .map(([test, why]) => `- \`${test}\`: ${why}.`)
            .join("\n"),
    ];
}

function brokenRows({ test, faults: titles }: BrokenSetup): string[] {
    const faults = everyFault();
    return titles.map((title) => {
        const { id } = faults.find((fault) => fault.title === title)!.verdict;
        const rule = tellingRules[title];
        return `| \`${test}\` | ${title} | \`${id}\` | ${rule === undefined ? "" : `\`${rule}\``} |`;
    });
}
