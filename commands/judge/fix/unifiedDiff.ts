/** Lines shown around what is changed, as `diff -u` shows them. */
const context = 3;

interface Change {
    mark: " " | "-" | "+";
    line: string;
}

/** What was done to a text, as `git apply` and `patch` take it; empty for nothing. */
export function unifiedDiff(file: string, before: string, after: string): string {
    const changes = changesOf(linesOf(before), linesOf(after));
    const hunks = hunksOf(changes);
    return hunks.length === 0 ? "" : [`--- a/${file}\n`, `+++ b/${file}\n`, ...hunks].join("");
}

/** With their ends. */
function linesOf(text: string): string[] {
    return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function hunksOf(changes: readonly Change[]): string[] {
    const hunks: string[] = [];
    const near = changes.map((_, at) =>
        changes.slice(Math.max(0, at - context), at + context + 1).some(({ mark }) => mark !== " "),
    );
    const line = { before: 1, after: 1 };
    let at = 0;
    while (at < changes.length) {
        const start = at;
        while (at < changes.length && near[at] === near[start]) {
            at++;
        }
        const part = changes.slice(start, at);
        const counted = (mark: Change["mark"]) => part.filter((change) => change.mark !== mark).length;
        const size = { before: counted("+"), after: counted("-") };
        if (near[start]) {
            hunks.push(
                `@@ -${range(line.before, size.before)} +${range(line.after, size.after)} @@\n`,
                ...part.map(written),
            );
        }
        line.before += size.before;
        line.after += size.after;
    }
    return hunks;
}

/** A range without lines is told by the line before it. */
function range(start: number, size: number): string {
    return `${String(size === 0 ? start - 1 : start)},${String(size)}`;
}

function written({ mark, line }: Change): string {
    return line.endsWith("\n") ? `${mark}${line}` : `${mark}${line}\n\\ No newline at end of file\n`;
}

/** The fewest changes: E. Myers, "An O(ND) difference algorithm and its variations", 1986. */
function changesOf(before: readonly string[], after: readonly string[]): Change[] {
    const rounds: Map<number, number>[] = [];
    let furthest = new Map<number, number>([[1, 0]]);
    for (let distance = 0; ; distance++) {
        rounds.push(new Map(furthest));
        for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
            let x = cameDown(furthest, diagonal, distance)
                ? furthest.get(diagonal + 1)!
                : furthest.get(diagonal - 1)! + 1;
            while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) {
                x++;
            }
            furthest = furthest.set(diagonal, x);
            if (x >= before.length && x - diagonal >= after.length) {
                return walkBack(before, after, rounds);
            }
        }
    }
}

/** Whether the furthest way to a diagonal adds a line, and takes none away. */
function cameDown(furthest: ReadonlyMap<number, number>, diagonal: number, distance: number): boolean {
    return (
        diagonal === -distance ||
        (diagonal !== distance && furthest.get(diagonal - 1)! < furthest.get(diagonal + 1)!)
    );
}

function walkBack(
    before: readonly string[],
    after: readonly string[],
    rounds: readonly ReadonlyMap<number, number>[],
): Change[] {
    const changes: Change[] = [];
    let x = before.length;
    let y = after.length;
    for (let distance = rounds.length - 1; distance >= 0; distance--) {
        const furthest = rounds[distance]!;
        const down = cameDown(furthest, x - y, distance);
        const diagonal = down ? x - y + 1 : x - y - 1;
        const from = distance === 0 ? 0 : furthest.get(diagonal)!;
        const start = distance === 0 ? { x: 0, y: 0 } : { x: from, y: from - diagonal };
        while (x > start.x && y > start.y) {
            changes.push({ mark: " ", line: before[--x]! });
            y--;
        }
        if (distance > 0) {
            changes.push(down ? { mark: "+", line: after[--y]! } : { mark: "-", line: before[--x]! });
        }
    }
    return changes.reverse();
}
