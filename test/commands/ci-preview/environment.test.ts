import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { findEnvironment } from "../../../commands/ci-preview/environment";
import { UsageError } from "../../../commands/shared/errors";
import { temporaryFolder } from "../../local/temporary";

describe("the environments of ci-preview", () => {
    const folder = temporaryFolder();
    const refusal = (name: string) => {
        try {
            findEnvironment(folder(), name);
        } catch (error) {
            assert.ok(error instanceof UsageError);
            return error.message;
        }
        return undefined;
    };

    it("have a stack file and a config of the policy pack", () => {
        const root = path.resolve(__dirname, "../../..");
        const environment = findEnvironment(root, "prod");
        assert.equal(path.relative(root, environment.policyPackConfig), "policy/config/prod.json");
        assert.equal(path.relative(root, environment.policyPack), "policy");
    });

    it("are named when another is asked for", () => {
        for (const name of ["prod", "dev"]) {
            fs.writeFileSync(path.join(folder(), `Pulumi.${name}.yaml`), "");
        }
        assert.equal(refusal("qa"), "--env qa: no such environment; allowed: dev, prod");
        assert.match(refusal("../prod")!, /^--env \.\.\/prod: no such environment/);
    });

    it("are refused without the pack's config, which would judge them by its defaults", () => {
        fs.writeFileSync(path.join(folder(), "Pulumi.qa.yaml"), "");
        assert.match(refusal("qa")!, /^--env qa: policy\/config\/qa\.json is missing/);
    });
});
