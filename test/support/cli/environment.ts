import * as fs from "fs";
import * as path from "path";
import { npmRun } from "../../../commands/shared/npmRun";
import { shellWord } from "../../../components/shell";
import { fileBackendUrl } from "../../../local/engine/environment";
import { chooseKubernetesPlugin, installPlugin } from "../../../local/engine/kubernetesPlugin";
import { leaveUnlogged } from "../../../local/engine/layout";
import type { Toolchain } from "../../../local/toolchain";
import { writeScript } from "../../local/temporary";

const root = path.resolve(__dirname, "../../..");

/**
 * The environment of a user's shell that has the pulumi CLI: on the PATH, with a home and a backend in files below
 * `home`. The CLI keeps no logs, which changes nothing else. Last on the PATH is what stands in for the plugins that an
 * official CLI has beside it.
 *
 * @param tools the CLI, and the Kubernetes provider that it gets.
 */
export function cliEnvironment(
    home: string,
    tools: Pick<Toolchain, "pulumi" | "kubernetesProvider">,
): Record<string, string> {
    const [first, last, pulumiHome, backend] = ["bin", "stand-ins", "pulumi", "backend"].map((name) =>
        path.join(home, name),
    ) as [string, string, string, string];
    for (const folder of [first, backend, pulumiHome]) {
        fs.mkdirSync(folder, { recursive: true });
    }
    leaveUnlogged(pulumiHome);
    fs.symlinkSync(fs.realpathSync(tools.pulumi), path.join(first, "pulumi"));
    const host = npmRun("test/support/cli/languageHost.ts").map(shellWord).join(" ");
    writeScript(path.join(last, "pulumi-language-nodejs"), [`exec node ${host} "$@"`]);
    installPlugin(chooseKubernetesPlugin(tools.kubernetesProvider), pulumiHome);
    return {
        HOME: home,
        PATH: [first, process.env.PATH ?? "", last, path.join(root, "local/engine/bin")].join(path.delimiter),
        PULUMI_HOME: pulumiHome,
        PULUMI_BACKEND_URL: fileBackendUrl(backend),
        PULUMI_CONFIG_PASSPHRASE: "of this test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
}
