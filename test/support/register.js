const path = require("path");

// Mocha runs the tests as Pulumi runs the program: swc takes the types away. (Not by TS_NODE_PROJECT, which whatever the
// tests start would have, too.)
require("ts-node").register({ project: path.join(__dirname, "../../tsconfig.run.json") });
