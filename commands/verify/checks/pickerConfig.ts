import { configTextOf, readConfig } from "../../../objects/pickerConfig";
import { lintPickerConfig } from "../../../releases";
import { blockSizeOf, withEpp } from "../containers";
import type { Check } from "./check";
import { broken, redeploy, scoringOnly } from "./check";

export const eppConfig: Check = {
    id: "epp-config",
    title: "The EPP's configuration is one that its version reads, with the simulator's block size",
    scope: "model",
    needs: ["epp"],
    on: scoringOnly,
    run: withEpp((context, epp) => {
        const name = epp.owner.toString();
        const found = configTextOf(epp, context.snapshot.index);
        if (found === undefined || "problem" in found) {
            const why = found?.problem ?? "no ConfigMap of its volumes holds its configuration";
            return [broken("epp-config-missing", `${name}: ${why}`, redeploy)];
        }
        if (epp.release === undefined) {
            return { skipped: "the EPP's version is not known" };
        }
        const read = readConfig(found.text, context.snapshot.index);
        if ("unread" in read) {
            return { skipped: read.unread };
        }
        if ("problem" in read) {
            return [
                broken(
                    "epp-config-invalid",
                    `${name}: its configuration is no YAML that an EPP reads: ${read.problem}`,
                    redeploy,
                ),
            ];
        }
        const experimental = epp.isOn("allow-experimental-plugins", false);
        const problems = lintPickerConfig(read.content, epp.release, blockSizeOf(context), [], experimental);
        return problems.map(({ id, path, message }) => {
            const block = id === "block-size";
            return broken(
                block ? "epp-block-size-mismatch" : "epp-config-invalid",
                `${found.source}${path && `, ${path}`}: ${message}`,
                block ? `no prefix would ever be found again; ${redeploy}` : redeploy,
            );
        });
    }),
};
