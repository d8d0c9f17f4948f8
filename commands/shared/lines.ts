/** Cuts a stream of text into whole lines. */
export class LineSplitter {
    private rest = "";

    /** @param take gets each line, without its line break. */
    constructor(private readonly take: (line: string) => void) {}

    /** Takes the next piece of the stream. */
    add(text: string): void {
        const lines = (this.rest + text).split(/\r?\n/);
        this.rest = lines.pop() ?? "";
        lines.forEach((line) => this.take(line));
    }

    /** The stream is over: what has no line break is a line too. */
    end(): void {
        if (this.rest !== "") {
            this.take(this.rest);
        }
        this.rest = "";
    }
}
