import * as fs from "fs";
import * as path from "path";
import * as prettier from "prettier";
import { parse, parseDocument } from "yaml";
import { parseSettings } from "../components/settings";
import { settingsTable } from "../components/settings/document";
import { readRecord } from "../local/conformance/record";
import { conformancePage } from "./conformance";
import { withEnvironmentTables } from "./environments";
import { rulesPage } from "./rules";
import { stackSchema } from "./stackSchema";
import { versionsPage } from "./versions";

/**
 * Rewrites what is made of the settings, of the table of releases, of the policy pack's rules and of the record of the conformance suites: `npm run docs`. With `--check`, `npm run docs:check`, nothing is written, and
 * the exit code is 1 when a file is stale.
 */

const root = path.resolve(__dirname, "..");

/** The generated files, each with what makes its text anew of the text that is there. */
export const generated: Record<string, (text: string) => string | Promise<string>> = {
    // First, because what is made of the environments reads its defaults.
    "Pulumi.yaml": (text) => formatted("Pulumi.yaml", withDefaults(text)),
    "docs/settings.md": withSettingsTable,
    "docs/environments.md": withEnvironmentTables,
    "docs/rules.md": () => formatted("docs/rules.md", rulesPage()),
    "docs/conformance.md": () => formatted("docs/conformance.md", conformancePage(readRecord())),
    "docs/versions.md": () => formatted("docs/versions.md", versionsPage()),
    "schema/pulumi-stack.schema.json": schemaText,
};

const markers = { begin: "<!-- settings:begin -->", end: "<!-- settings:end -->" };

/** @throws Error when the page has lost a marker. */
function withSettingsTable(text: string): string {
    const begin = text.indexOf(markers.begin);
    const end = text.indexOf(markers.end);
    if (begin < 0 || end < begin) {
        throw new Error(
            `docs/settings.md: no ${markers.begin} ... ${markers.end} to write the settings table into`,
        );
    }
    const table = `<!-- prettier-ignore-start -->\n${settingsTable()}\n<!-- prettier-ignore-end -->`;
    return `${text.slice(0, begin + markers.begin.length)}\n\n${table}\n\n${text.slice(end)}`;
}

/** The project file, with the schema's defaults, which the CLI shows and editors complete from. */
function withDefaults(text: string): string {
    // The one model that there is without `models` is made of the other settings.
    const defaults = { ...parseSettings({}), models: {} };
    const document = parseDocument(text);
    for (const [key, value] of Object.entries(defaults)) {
        document.setIn(["config", key, "default"], value);
    }
    return document.toString({ lineWidth: 110 });
}

/** The schema of `Pulumi.<env>.yaml`. */
async function schemaText(): Promise<string> {
    const project = parse(read("Pulumi.yaml")) as {
        name: string;
        config: Record<string, { description: string }>;
    };
    const descriptions = Object.fromEntries(
        Object.entries(project.config).map(([key, { description }]) => [key, description]),
    );
    return formatted(
        "schema/pulumi-stack.schema.json",
        JSON.stringify(stackSchema(project.name, descriptions)),
    );
}

/** A text laid out as the repository's other files. */
async function formatted(file: string, text: string): Promise<string> {
    const filepath = path.join(root, file);
    return prettier.format(text, { ...(await prettier.resolveConfig(filepath)), filepath });
}

/** The text of a file of the project; empty where there is none yet. */
function read(file: string): string {
    const target = path.join(root, file);
    return fs.existsSync(target) ? fs.readFileSync(target, "utf8") : "";
}

/** The generated files whose text is not what it would be made. */
export async function staleFiles(): Promise<string[]> {
    const stale: string[] = [];
    for (const [file, make] of Object.entries(generated)) {
        const text = read(file);
        if ((await make(text)) !== text) {
            stale.push(file);
        }
    }
    return stale;
}

async function main(argv: readonly string[]): Promise<number> {
    const [flag, ...others] = argv;
    if (others.length > 0 || (flag !== undefined && flag !== "--check")) {
        console.error(`docs: ${argv.join(" ")} is not allowed; allowed: --check or nothing.`);
        return 2;
    }
    if (flag === "--check") {
        const stale = await staleFiles();
        stale.forEach((file) => console.error(`${file} is stale; \`npm run docs\` rewrites it.`));
        return stale.length === 0 ? 0 : 1;
    }
    for (const [file, make] of Object.entries(generated)) {
        const target = path.join(root, file);
        fs.mkdirSync(path.dirname(target), { recursive: true });
        fs.writeFileSync(target, await make(read(file)));
    }
    return 0;
}

if (require.main === module) {
    void main(process.argv.slice(2)).then((code) => {
        process.exitCode = code;
    });
}
