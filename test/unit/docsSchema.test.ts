import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import Ajv from "ajv";
import { parse } from "yaml";
import { settingsSchema } from "../../components/settings";
import { badInputs } from "../config/badInputs";
import { modes } from "../support/modes";

const root = path.resolve(__dirname, "../..");

interface SchemaNode {
    properties?: Record<string, SchemaNode>;
    description?: string;
    default?: unknown;
}

describe("the JSON schema of Pulumi.<env>.yaml", () => {
    const schema = JSON.parse(
        fs.readFileSync(path.join(root, "schema/pulumi-stack.schema.json"), "utf8"),
    ) as SchemaNode & { definitions: Record<string, SchemaNode> };
    const ajv = new Ajv({ allErrors: true, formats: { uri: (text: string) => URL.canParse(text) } });
    const validate = ajv.compile(schema);

    function errorsOf(file: unknown): string[] {
        return validate(file)
            ? []
            : validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
    }

    const withPrefix = (config: Record<string, unknown>) => ({
        config: Object.fromEntries(
            Object.entries(config).map(([key, value]) => [`llm-d-inference:${key}`, value]),
        ),
    });

    for (const [mode, config] of Object.entries(modes)) {
        it(`accepts the mode ${mode}, with and without the project's name`, () => {
            assert.deepEqual(errorsOf(withPrefix(config)), []);
            assert.deepEqual(errorsOf({ config }), []);
        });
    }

    for (const file of fs.readdirSync(root).filter((name) => /^Pulumi\..+\.yaml$/.test(name))) {
        it(`accepts ${file}`, () => {
            assert.deepEqual(errorsOf(parse(fs.readFileSync(path.join(root, file), "utf8"))), []);
        });
    }

    it("accepts what Pulumi itself writes, and config of other namespaces", () => {
        const file = {
            secretsprovider: "passphrase",
            encryptionsalt: "v1:abc",
            config: { "kubernetes:context": "prod", "pulumi:tags": { team: "blue" } },
        };
        assert.deepEqual(errorsOf(file), []);
    });

    it("accepts an encrypted kubeconfig, and no other encrypted setting", () => {
        assert.deepEqual(errorsOf(withPrefix({ cluster: { kubeconfig: { secure: "AAAB" } } })), []);
        assert.notDeepEqual(errorsOf(withPrefix({ images: { epp: { secure: "AAAB" } } })), []);
    });

    // Rules that span settings, or fields of one, or ask how long a duration is are the program's alone: those of a
    // field have words of their own.
    const bySetting = badInputs.filter(({ config }) =>
        settingsSchema
            .safeParse(config)
            .error?.issues.some((issue) => issue.code !== "custom" || issue.params?.allowed === undefined),
    );

    it("has at least 15 bad inputs to refuse", () => {
        assert.ok(bySetting.length >= 15, String(bySetting.length));
    });

    for (const { config } of bySetting) {
        it(`refuses ${JSON.stringify(config).slice(0, 100)}`, () => {
            assert.notDeepEqual(errorsOf(withPrefix(config)), []);
            assert.notDeepEqual(errorsOf({ config }), []);
        });
    }

    it("refuses a bad setting of one model, and a misspelt key of the file", () => {
        assert.notDeepEqual(errorsOf(withPrefix({ models: { llama: { replicas: { decode: 0 } } } })), []);
        assert.notDeepEqual(errorsOf(withPrefix({ models: { llama: { match: { route: "/x" } } } })), []);
        assert.notDeepEqual(errorsOf({ confg: {} }), []);
    });

    it("describes every setting, with the default where there is one", () => {
        const bare = (node: SchemaNode, at: string): string[] =>
            Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
                const isDescribed = (child.description ?? "") !== "";
                // An object is described as a whole, or by what is in it.
                return isDescribed ? [] : child.properties ? bare(child, `${at}.${key}`) : [`${at}.${key}`];
            });
        for (const [name, definition] of Object.entries(schema.definitions)) {
            assert.deepEqual(definition.properties === undefined ? [] : bare(definition, name), []);
        }
        const undescribed = Object.entries(schema.definitions).filter(
            ([name, { description = "" }]) => name !== "model" && description === "",
        );
        assert.deepEqual(undescribed, []);
        assert.equal(schema.definitions.replicas?.properties?.decode?.default, 3);
        assert.equal(
            schema.definitions.model?.properties?.replicas?.properties?.decode?.default,
            undefined,
            "what a model does not set is what the top level says",
        );
    });
});
