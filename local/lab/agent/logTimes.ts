import * as fs from "fs";
import * as path from "path";

/** How often logs are looked at, in milliseconds: lines of a time are told from those before it to that much. */
const lookInterval = 200;

/** How many changes of a log are remembered. */
const mostMarks = 20_000;

/** How long a log was at a time (milliseconds since 1970). */
interface Mark {
    at: number;
    size: number;
}

/**
 * Remembers how long each log of a folder was when, so that a log can be read since a time: what containers say goes right
 * into their logs, without times of a runtime's own.
 */
export class LogTimes {
    /** By file; of each, when it changed. */
    private readonly marks = new Map<string, Mark[]>();
    private lastLook: number | undefined;

    constructor(private readonly folder: string) {}

    /** Goes on until the process ends. */
    start(): void {
        this.look(Date.now());
        setInterval(() => this.look(Date.now()), lookInterval).unref();
    }

    /**
     * Where in a log begins what was said since a time (milliseconds since 1970); up to {@link lookInterval} earlier.
     *
     * @returns undefined when the log was written to before this began to look, or too long ago.
     */
    offsetSince(file: string, time: number): number | undefined {
        const marks = this.marks.get(file) ?? [];
        const last = marks.findLast(({ at }) => at <= time);
        // A log that was empty at the first look has nothing before it.
        return last?.size ?? (marks[0] === undefined || marks[0].size === 0 ? 0 : undefined);
    }

    /** Notes how long each log is now. */
    look(at: number): void {
        for (const name of fs.readdirSync(this.folder)) {
            const file = path.join(this.folder, name);
            const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
            const marks = this.marks.get(file);
            if (marks === undefined) {
                // What appears between two looks was not there at the one before.
                const before = this.lastLook !== undefined ? [{ at: this.lastLook, size: 0 }] : [];
                this.marks.set(file, [...before, { at, size }]);
            } else if (marks.at(-1)!.size !== size) {
                marks.push({ at, size });
                if (marks.length > mostMarks) {
                    marks.shift();
                }
            }
        }
        this.lastLook = at;
    }
}
