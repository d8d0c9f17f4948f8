import { PolicyPack } from "@pulumi/policy";
import { readResourcesOnce } from "./framework/readOnce";
import { toPolicy } from "./framework/toPolicies";
import { rules } from "./rules";

readResourcesOnce();
// A PolicyPack serves as soon as it is made, one a process: everything that tests import lives in other modules.
new PolicyPack("llm-d-inference", { policies: rules.map(toPolicy) });
