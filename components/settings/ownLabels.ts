import { labels, podSecurityLabels } from "../contract";
import type { Problem } from "./errors";
import { refused } from "./errors";
import type { Settings } from "./schema";

/** Every label key of the stack's own. */
export const ownLabels: readonly string[] = Object.values(labels);

/** Labels of the user's that the stack's own would hide. */
export function ownLabelProblems(
    setting: string,
    given: Readonly<Record<string, string>>,
    own: readonly string[],
): Problem[] {
    return Object.keys(given)
        .filter((key) => own.includes(key))
        .map((key) =>
            refused(
                setting,
                { [key]: given[key] },
                ", because the stack sets that label itself",
                "other labels",
            ),
        );
}

/** The same of the Gateway's and the namespaces' labels; Istio's revision is the stack's only where a setting says it. */
export function labelConflicts({ gateway, namespaces }: Settings): Problem[] {
    const own = ownLabels.filter(
        (key) => key !== labels.istioRevision || gateway.istioRevision !== undefined,
    );
    return [
        ...ownLabelProblems("gateway.labels", gateway.labels, own),
        ...ownLabelProblems("namespaces.labels", namespaces.labels, [
            ...own,
            ...Object.values(podSecurityLabels),
        ]),
        ...(Object.keys(namespaces.labels).length > 0 && !namespaces.create
            ? [
                  refused(
                      "namespaces.labels",
                      namespaces.labels,
                      " with namespaces.create false, because such namespaces are not the stack's",
                      "none",
                  ),
              ]
            : []),
    ];
}
