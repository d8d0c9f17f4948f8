import * as pulumi from "@pulumi/pulumi";

/**
 * What an object's resource is called in the program. It follows from the object's own name and from nothing else, so
 * that an object has one URN under all settings: with another one Pulumi would create the object over itself, and then
 * delete it. The rest of a URN is the object's type and the types of its parents, which no setting may change either.
 */
export function objectName({ namespace, name }: { namespace?: string; name: string }): string {
    return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * Options of a resource that the first release called otherwise. No object of that release was called as one of the
 * same type can be now, so that an alias matches nothing in a state that this release has written.
 */
export function formerly(name: string, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    return pulumi.mergeOptions(opts, { aliases: [{ name }] });
}

/** The beginning of the types of this program's components: Pulumi's name of the component package. */
const prefix = "llm-d-inference:";

/** A component's type before all of them had one prefix, by its module and its class, e.g. `simulator:Proxy`. */
export function formerType(component: string): string {
    return `llmd:${component}`;
}

/**
 * What a component passes on to Pulumi's class: its type, with its former one as an alias. The engine combines that with
 * the aliases of whatever is below, so that nothing is replaced.
 *
 * @param type its module and its class, e.g. `simulator:Proxy`.
 */
export function component(
    type: string,
    name: string,
    opts: pulumi.ComponentResourceOptions | undefined,
): [string, string, pulumi.Inputs, pulumi.ComponentResourceOptions] {
    return [prefix + type, name, {}, pulumi.mergeOptions(opts, { aliases: [{ type: formerType(type) }] })];
}
