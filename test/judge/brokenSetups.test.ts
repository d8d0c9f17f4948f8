import { strict as assert } from "assert";
import { judge, ownSettings } from "../../commands/judge/judge";
import { KubernetesObject } from "../../objects/kubernetesObject";
import { MemoryCluster } from "../commands/verify/support/memoryCluster";
import { brokenSetups, tellingRules } from "../faults/brokenSetups";
import { everyFault } from "../faults/stacks";

/** What the pack says of a cluster's objects: rules with their messages. */
function judged(cluster: MemoryCluster): { rule: string; message: string }[] {
    const manifests = [...cluster.objects.values()].flat().map((object) => ({
        ...{ object: KubernetesObject.of(object)!, served: true, locate: () => undefined },
    }));
    return judge(manifests, ownSettings, true).map(({ rule, message }) => ({ rule: rule.name, message }));
}

const faults = everyFault();

describe("the broken setups of the conformance suites, by the policy pack", () => {
    for (const title of new Set(brokenSetups.flatMap((setup) => setup.faults))) {
        const wanted = tellingRules[title];
        it(`${wanted ?? "no rule"} tells that ${title}`, () => {
            const fault = faults.find((one) => one.title === title)!;
            const before = judged(new MemoryCluster(fault.mode)).map(({ message }) => message);
            const cluster = new MemoryCluster(fault.mode);
            cluster.apply(fault);
            const said = judged(cluster).filter(({ message }) => !before.includes(message));
            const rules = said.map(({ rule }) => rule);
            if (wanted === undefined) {
                assert.deepEqual(rules, []);
            } else {
                assert.ok(rules.includes(wanted), rules.join(", "));
            }
        });
    }
});
