import * as fs from "fs";
import * as path from "path";
import { packedFolder } from "../../commands/judge/schema/packed";
import { packedSchemas } from ".";

/** `npm run schemas`: writes anew what `judge` validates against, after a change of the toolchain's versions. */
async function main(): Promise<void> {
    const files = await packedSchemas((line) => console.error(line));
    fs.rmSync(packedFolder, { recursive: true, force: true });
    fs.mkdirSync(packedFolder, { recursive: true });
    for (const [name, text] of files) {
        fs.writeFileSync(path.join(packedFolder, name), text);
    }
}

void main();
