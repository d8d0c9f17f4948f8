import { strict as assert } from "assert";
import { judge } from "../../../commands/verify/judge";
import { extProcFilterSpec } from "../../support/extProc";
import { MemoryCluster } from "./support/memoryCluster";

function findingsOf(cluster: MemoryCluster): string[] {
    const { deployment } = cluster;
    return judge(cluster.snapshot(), { deployment, models: Object.keys(deployment.models) })
        .flatMap(({ findings }) => findings)
        .map(({ id }) => id);
}

/** The same in camel case, which Envoy reads too. */
function camelCase(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(camelCase);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(
              Object.entries(value).map(([key, child]) => [
                  key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
                  camelCase(child),
              ]),
          )
        : value;
}

describe("verify reads objects as those who act on them do", () => {
    const cases: [string, string[], string[]][] = [
        ["right", ["--grpc-port=1", "--grpc-port=9002"], []],
        ["wrong", ["--grpc-port=9002", "--grpc-port=1"], ["epp-port-mismatch"]],
    ];
    for (const [what, flags, expected] of cases) {
        it(`takes the last of several values of a flag: the ${what} one`, () => {
            const cluster = new MemoryCluster("scoring");
            const { namespace, name } = cluster.model.epp;
            cluster.edit("deployment", namespace, name, ({ spec }) => {
                const [container] = spec!.template.spec!.containers;
                const others = container!.args!.filter((argument) => !argument.startsWith("--grpc-port"));
                container!.args = [...others, ...flags];
            });
            assert.deepEqual(findingsOf(cluster), expected);
        });
    }

    it("sees an ext_proc filter that is written in camel case", () => {
        const cluster = new MemoryCluster("scheduler");
        const { deployment } = cluster;
        const called = "outbound|9002||epp.elsewhere.svc.cluster.local";
        const spec = camelCase(extProcFilterSpec({ cluster: called })) as ReturnType<
            typeof extProcFilterSpec
        >;
        // A name of one's own: the type of the configuration tells what it is.
        spec.configPatches[0]!.patch.value.name = "ours";
        cluster.create("envoyFilter", {
            metadata: { name: "by-hand", namespace: deployment.namespaces.scheduler },
            spec,
        });
        assert.deepEqual(findingsOf(cluster), ["ext-proc-filter-unexpected"]);
    });

    it("finds nothing wrong with the mode's own filter in camel case", () => {
        const cluster = new MemoryCluster("scoring-not-obeyed");
        const { deployment, model } = cluster;
        cluster.edit("envoyFilter", deployment.namespaces.scheduler, model.extProcFilter!, (filter) => {
            const [patch] = filter.spec!.configPatches!;
            patch!.patch!.value = camelCase(patch!.patch!.value) as { name: string };
        });
        assert.deepEqual(findingsOf(cluster), []);
    });
});
