/** What every POSIX shell takes as it is, wherever it stands in a command. */
const plainWord = /^(?:--?[\w-]+=)?[\w@%+:,./-]+$/;

/** Text as one word of a POSIX shell, in quotes where it needs them. */
export function shellWord(text: string): string {
    return plainWord.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command that a person can paste into a POSIX shell: its words mean there what they are here. */
export function shellCommand(words: readonly string[]): string {
    return words.map(shellWord).join(" ");
}
