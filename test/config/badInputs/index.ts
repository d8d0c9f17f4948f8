import { apiServer } from "./apiServer";
import { load } from "./load";
import { models } from "./models";
import { programs } from "./programs";
import { single } from "./single";
import type { BadInput } from "./badInput";

/** Config, and the error it must give: one line for each problem. */
export const badInputs: BadInput[] = [...single, ...models, ...load, ...apiServer, ...programs];
