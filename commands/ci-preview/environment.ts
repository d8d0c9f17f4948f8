import * as fs from "fs";
import * as path from "path";
import { UsageError } from "../shared/errors";

/** An environment: a stack file, and how strictly the policy pack judges it. */
export interface Environment {
    name: string;
    /** Folder of the policy pack. */
    policyPack: string;
    /** The pack's config for this environment. */
    policyPackConfig: string;
}

/**
 * The files of an environment of this project.
 *
 * @param root the checkout.
 * @throws UsageError naming the environments that there are, when it is none of them or one of its files is missing.
 */
export function findEnvironment(root: string, name: string): Environment {
    const known = fs
        .readdirSync(root)
        .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
        .sort();
    if (!known.includes(name)) {
        throw new UsageError(`--env ${name}: no such environment; allowed: ${known.join(", ")}`);
    }
    const policyPack = path.join(root, "policy");
    const policyPackConfig = path.join(policyPack, "config", `${name}.json`);
    if (!fs.existsSync(policyPackConfig)) {
        throw new UsageError(
            `--env ${name}: ${path.relative(root, policyPackConfig)} is missing; it says how strictly the policy pack judges the environment`,
        );
    }
    return { name, policyPack, policyPackConfig };
}
