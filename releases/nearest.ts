import { closest } from "fastest-levenshtein";

/** Bounds of what is compared: beyond, nobody meant one for the other, and the comparison would take its product. */
const most = { characters: 100, names: 200 };

/** The name that is most like another, for messages. */
export function nearest(name: string, names: readonly string[]): string {
    const compared = names.slice(0, most.names).map((known) => known.slice(0, most.characters));
    return closest(name.slice(0, most.characters), compared);
}
