/** What a terminal may obey instead of showing it: controls such as ESC, marks of direction, and separators of lines. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text on one line in which everything that is no visible character stands as its code, such as `\u001b`. */
export function printable(value: string): string {
    return value.replace(
        unprintable,
        (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
    );
}

/** A text of at most about `longest` characters: of a longer one its beginning and its end, with what is left out between. */
export function shortened(value: string, longest: number): string {
    if (value.length <= longest) {
        return value;
    }
    const end = Math.floor(longest / 4);
    const begin = longest - end;
    return `${value.slice(0, begin)}... ${String(value.length - longest)} characters left out ...${value.slice(-end)}`;
}
