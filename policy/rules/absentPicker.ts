import { strings } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import { pickersOf } from "../../objects/pickers";
import { selectionOf } from "../../objects/selections";
import { describeLabels } from "../../objects/selectors";
import type { StackIndex } from "../../objects/stackIndex";
import type { Violation } from "../framework/finding";

type Absent = Pick<Violation, "absent">;

/**
 * The Service by which an endpoint picker is called, and which is not there: somebody else may have it, unless there is an
 * endpoint picker in its namespace, or a Service of its name in another, which was meant.
 */
export function absentPickerService(namespace: string, name: string, index: StackIndex): Absent {
    const isNamed = index.ofKind(kinds.service).some((service) => service.name === name);
    return isNamed || hasPicker(namespace, index) ? {} : { absent: `Service ${namespace}/${name}` };
}

/** The endpoint picker behind a Service that selects nothing: somebody else may have it, unless there is one beside it. */
export function absentPickerPods(service: KubernetesObject, index: StackIndex): Absent {
    const labels = strings(service.spec.selector);
    const isEmpty = Object.keys(labels).length === 0;
    return isEmpty || selectionOf(service, index).templates.length > 0 || hasPicker(service.namespace, index)
        ? {}
        : {
              absent: `an endpoint picker's pods in namespace ${service.namespace} with the labels ${describeLabels(labels)}`,
          };
}

function hasPicker(namespace: string, index: StackIndex): boolean {
    return pickersOf(index).all.some((picker) => picker.namespace === namespace);
}
