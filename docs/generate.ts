import * as fs from "fs";
import * as path from "path";
import { settingsTable } from "../components/settings/document";

/** Rewrites the generated parts of the documentation: `npm run docs`. */

const readme = path.resolve(__dirname, "../README.md");

/** Where the settings table stands in the README. */
export const markers = { begin: "<!-- settings:begin -->", end: "<!-- settings:end -->" };

/**
 * The README with a settings table as the schema has it now.
 *
 * @throws Error when the README has lost a marker.
 */
export function withSettingsTable(text: string): string {
    const begin = text.indexOf(markers.begin);
    const end = text.indexOf(markers.end);
    if (begin < 0 || end < begin) {
        throw new Error(`README.md: no ${markers.begin} ... ${markers.end} to write the settings table into`);
    }
    return `${text.slice(0, begin + markers.begin.length)}\n\n<!-- prettier-ignore-start -->\n${settingsTable()}\n<!-- prettier-ignore-end -->\n\n${text.slice(end)}`;
}

if (require.main === module) {
    fs.writeFileSync(readme, withSettingsTable(fs.readFileSync(readme, "utf8")));
}
