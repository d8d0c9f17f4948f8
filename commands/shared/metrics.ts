/** One sample of a Prometheus metric that is a number: counters and gauges. */
export interface Sample {
    value: number;
    labels: Record<string, string>;
}

/** The part of the parser's result that is read. It has no types of its own. */
interface Family {
    name: string;
    metrics: { value?: string; labels?: Record<string, string> }[];
}

// eslint-disable-next-line @typescript-eslint/no-require-imports
const parse = require("parse-prometheus-text-format") as (text: string) => Family[];

/** Counters and gauges of one scrape. Histograms and summaries are known by name only. */
export class Metrics {
    private readonly byName: Map<string, Sample[]>;

    /** @param text in the Prometheus text format. */
    constructor(text: string) {
        this.byName = new Map(
            parse(text).map(({ name, metrics }) => [
                name,
                metrics.flatMap(({ value, labels = {} }) =>
                    value === undefined ? [] : [{ value: Number(value), labels }],
                ),
            ]),
        );
    }

    /** Names of everything that was scraped. */
    get names(): string[] {
        return [...this.byName.keys()];
    }

    /** The samples of a metric; none when it was not scraped. */
    samples(name: string): readonly Sample[] {
        return this.byName.get(name) ?? [];
    }

    /** The first of several names that was scraped: what other releases call the same thing. */
    firstOf(names: readonly string[]): string | undefined {
        return names.find((name) => this.byName.has(name));
    }

    /** Sum over the samples of a metric, or over those that fit; 0 when there are none. */
    sum(name: string, fits: (labels: Record<string, string>) => boolean = () => true): number {
        return this.samples(name)
            .filter(({ labels }) => fits(labels))
            .reduce((sum, { value }) => sum + value, 0);
    }
}
