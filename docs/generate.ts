import * as fs from "fs";
import * as path from "path";
import { parseDocument } from "yaml";
import { parseSettings } from "../components/settings";
import { settingsTable } from "../components/settings/document";

/** Rewrites what documentation says of the settings: `npm run docs`. */

const root = path.resolve(__dirname, "..");

/** The generated files, each with what makes its text anew. */
export const generated: Record<string, (text: string) => string> = {
    "README.md": withSettingsTable,
    "Pulumi.yaml": withDefaults,
};

const markers = { begin: "<!-- settings:begin -->", end: "<!-- settings:end -->" };

/** @throws Error when the README has lost a marker. */
function withSettingsTable(text: string): string {
    const begin = text.indexOf(markers.begin);
    const end = text.indexOf(markers.end);
    if (begin < 0 || end < begin) {
        throw new Error(`README.md: no ${markers.begin} ... ${markers.end} to write the settings table into`);
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

if (require.main === module) {
    for (const [file, make] of Object.entries(generated)) {
        const target = path.join(root, file);
        fs.writeFileSync(target, make(fs.readFileSync(target, "utf8")));
    }
}
