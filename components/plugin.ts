/**
 * The component package (`plugin/`): what programs in other languages can use. Pulumi's analyzer reads the
 * arguments of every class that is exported here, and takes neither unions nor functions nor resources, which the
 * other components' arguments are made of. In TypeScript, all of them are at hand: see `index.ts`.
 */
export { InferenceStack } from "./inferenceStack";
