import { isSeq } from "yaml";
import type { PlainObject } from "../../../objects/kubernetesObject";
import type { Written } from "../manifests";
import type { Splice } from "./splices";
import { block, endOfLine, itemSplice, LeftAloneError } from "./splices";

/**
 * What adds an object to an input, after what it belongs to, or into the list that holds that.
 *
 * @throws LeftAloneError where there is no place: a file of JSON has one document.
 */
export function additionSplice({ source, document, items }: Written, object: PlainObject): Splice {
    const { text } = source;
    if (items !== undefined) {
        return itemSplice(items, object, text);
    }
    const { contents } = document;
    if (contents === null || isSeq(contents) || ("flow" in contents && contents.flow === true)) {
        throw new LeftAloneError("its file is JSON, of one object");
    }
    const lineEnd = endOfLine(text);
    const end = document.range[2];
    const before = text.slice(0, end).endsWith("\n") ? "" : lineEnd;
    return { start: end, end, text: `${before}---${lineEnd}${block(object, "", text)}${lineEnd}` };
}
