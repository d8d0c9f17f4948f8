import { kinds } from "../../../objects/kinds";
import { list, record, text } from "../../../objects/json";
import type { Bound } from "../../../objects/rights";
import { describeRights, lacking, rightsOf } from "../../../objects/rights";
import { neededRights } from "../../../releases";
import { withEpp } from "../containers";
import type { Check } from "./check";
import { broken, redeploy, scoringOnly } from "./check";

export const eppRights: Check = {
    id: "epp-rights",
    title: "The EPP may read what it needs in the pods' namespace",
    scope: "model",
    needs: ["epp"],
    on: scoringOnly,
    run: withEpp(({ snapshot, deployment, model }, epp) => {
        if (epp.release === undefined) {
            return { skipped: "the EPP's version is not known, and so not which rights it needs" };
        }
        const identity = `ServiceAccount ${epp.namespace}/${epp.serviceAccount}`;
        const namespace = deployment.namespaces.simulator;
        const rights = rightsOf(snapshot.index);
        const here = ({ binding }: Bound) => binding.is(kinds.roleBinding) && binding.namespace === namespace;
        const boundTo = (account: string, home: string) => rights.of(account, home).filter(here);
        const own = boundTo(epp.serviceAccount, epp.namespace);
        if (own.some(({ roleName }) => roleName.startsWith("ClusterRole "))) {
            return { skipped: `${identity} is bound to a ClusterRole, whose rules are not read` };
        }
        const needed = neededRights(epp.release, {
            pool: model.pool === undefined ? undefined : { name: model.pool },
            leaderElection: model.epp.replicas > 1,
        });
        const missing = lacking(
            needed,
            own.flatMap(({ rules }) => rules),
        );
        if (missing.length === 0) {
            return [];
        }
        const missed = describeRights(missing).join("; ");
        const covers = ({ rules }: Bound) => lacking(missing, rules).length === 0;
        // Other models' EPPs have rights of their own, in the same namespace.
        const others = Object.values(deployment.models)
            .filter((other) => other.epp.name !== model.epp.name)
            .flatMap((other) => boundTo(other.epp.name, other.epp.namespace))
            .map(({ binding }) => binding);
        const astray = rights.all.find(
            (bound) => here(bound) && covers(bound) && !others.includes(bound.binding),
        );
        if (astray !== undefined) {
            const subjects = list(astray.binding.field("subjects"))
                .map(record)
                .map(
                    ({ kind, name, namespace: home }) =>
                        `${text(kind) ?? ""} ${text(home) ?? namespace}/${text(name) ?? ""}`,
                );
            return [
                broken(
                    "epp-binding-wrong-subject",
                    `${astray.binding.toString()} gives the EPP's rights to ${subjects.join(", ") || "nobody"}, and it runs as ${identity}`,
                    redeploy,
                ),
            ];
        }
        const elsewhere = rights.all.find((bound) => !here(bound) && covers(bound));
        if (elsewhere !== undefined) {
            return [
                broken(
                    "epp-role-wrong-namespace",
                    `${identity} may ${missed} in ${elsewhere.namespace} (RoleBinding ${elsewhere.binding.name ?? ""}), and the pods are in ${namespace}`,
                    redeploy,
                ),
            ];
        }
        const dangling = own.find(({ role }) => role === undefined);
        if (dangling !== undefined) {
            return [
                broken(
                    "epp-role-missing",
                    `${dangling.binding.toString()} refers to ${dangling.roleName}, which does not exist: the EPP may not ${missed}`,
                    redeploy,
                ),
            ];
        }
        return own.length === 0
            ? [
                  broken(
                      "epp-binding-missing",
                      `no RoleBinding in ${namespace} is for ${identity}: the EPP may not ${missed}`,
                      redeploy,
                  ),
              ]
            : [
                  broken(
                      "epp-role-incomplete",
                      `the Roles of ${identity} in ${namespace} do not let the EPP ${missed}`,
                      redeploy,
                  ),
              ];
    }),
};
