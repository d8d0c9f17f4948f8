import { kubernetes } from "../../commands/judge/schema/packed";
import { schemaSources } from "../toolchain";
import { pack, packedText } from "./pack";
import { customKinds, kubernetesKinds } from "./sources";

/**
 * The packed schemas that `judge` reads, by the names of their files: what the toolchain's CustomResourceDefinitions and
 * its Kubernetes give.
 *
 * @param report takes one line of progress at a time.
 */
export async function packedSchemas(report: (line: string) => void): Promise<ReadonlyMap<string, string>> {
    const { crds, openApi, enums } = await schemaSources(report);
    const { kinds, metadata } = kubernetesKinds(openApi, enums);
    const custom = customKinds(crds);
    const groups = [...new Set(custom.map(({ group }) => group))];
    return new Map([
        [`${kubernetes}.json`, packedText(pack(kinds, metadata))],
        ...groups.map((group): [string, string] => [
            `${group}.json`,
            packedText(pack(custom.filter((kind) => kind.group === group))),
        ]),
    ]);
}
