// A member of it is replaced, which an import of an ES module, a copy in the bundled pack, would not let through.
// eslint-disable-next-line @typescript-eslint/no-require-imports
import deserialize = require("@pulumi/policy/deserialize");

/** Makes plain values of properties as they come over the wire. */
type DeserializeProperties = (properties: object, proxySecrets: boolean) => object;

/**
 * Has the SDK's server read each resource once for all rules. By itself it reads all resources of a stack anew for each
 * rule (@pulumi/policy 1.21.0, server.js `makeAnalyzeStackRpcFun`), which takes half of an analysis of a large stack
 * with the rules of this pack. Rules change nothing in what they are given, so that they can share it.
 *
 * Should an SDK come that reads them in another way, it does so as slowly as it does by itself.
 */
export function readResourcesOnce(): void {
    const sdk = deserialize as { deserializeProperties?: DeserializeProperties };
    const own = sdk.deserializeProperties;
    if (own === undefined) {
        return;
    }
    const read = new WeakMap<object, object>();
    sdk.deserializeProperties = (properties, proxySecrets) => {
        // What proxies secrets is for remediations, which do change what they are given.
        if (proxySecrets) {
            return own(properties, proxySecrets);
        }
        let props = read.get(properties);
        if (props === undefined) {
            props = own(properties, proxySecrets);
            read.set(properties, props);
        }
        return props;
    };
}
