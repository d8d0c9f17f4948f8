import type { ObjectiveGroup } from "../../../releases";
import { withEpp } from "../containers";
import type { Check } from "./check";
import { ref, scoringOnly, warning } from "./check";

/** How each API group's kind is called here. */
const kindOf = {
    "inference.networking.x-k8s.io": "objective",
    "llm-d.ai": "llmdObjective",
} as const satisfies Record<ObjectiveGroup, string>;

export const eppObjectives: Check = {
    id: "epp-objectives",
    title: "The EPP reads the objectives of its pool: they are of the API group that it prefers",
    scope: "model",
    needs: ["epp"],
    on: scoringOnly,
    run: withEpp(({ snapshot, deployment, model }, { release, owner }) => {
        if (release === undefined) {
            return { skipped: "the EPP's version is not known, and so not which objectives it reads" };
        }
        const served = release.objectiveGroups.filter((group) => snapshot.serves(kindOf[group]));
        const read = served.at(-1);
        const groups = Object.keys(kindOf) as ObjectiveGroup[];
        return groups
            .filter((group) => group !== read)
            .flatMap((group) =>
                snapshot
                    .inNamespace(kindOf[group], deployment.namespaces.simulator)
                    .filter(({ spec }) => model.pool !== undefined && spec?.poolRef?.name === model.pool)
                    .map(({ metadata: { namespace = "", name } }) =>
                        warning(
                            "epp-objective-ignored",
                            `${ref("InferenceObjective", namespace, name)} is of ${group}, and ${owner.toString()} (EPP ${release.minor}) reads ${read === undefined ? "none" : `those of ${read} alone`}: requests that name it have priority 0`,
                            read === undefined
                                ? `install the CRD of ${release.objectiveGroups.join(" or ")}, and set epp.objectiveGroup to it`
                                : `set epp.objectiveGroup to ${read}, or leave it unset`,
                        ),
                    ),
            );
    }),
};
