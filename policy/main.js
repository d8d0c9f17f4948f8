"use strict";
const { REGISTER_INSTANCE, register } = require("ts-node");

// Pulumi's launcher (`@pulumi/pulumi/cmd/run-policy-pack`) has each pack's types checked at each start, whatever its
// tsconfig.json says, which costs seconds at each preview. `npm test` checks them; here they are only taken away.
process[REGISTER_INSTANCE]?.enabled(false);
register({ swc: true, dir: __dirname });

require("./index.ts");
