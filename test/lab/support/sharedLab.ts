import { TestLab } from "./lab";

/**
 * The lab of all test files that deploy the dev stack. Each finds there what the one before has left, and deploys with
 * `refresh` first; it is stopped after the last one.
 */
export const sharedLab = new TestLab();

// Of Mocha's root: the module is loaded outside of every `describe`.
after(() => sharedLab.stop());
