/**
 * The probability of at least `hits` successes in `trials` independent trials.
 *
 * @param chance of one success, from 0 to 1.
 */
export function binomialTail(trials: number, hits: number, chance: number): number {
    if (hits <= 0 || chance >= 1) {
        return 1;
    }
    if (chance <= 0) {
        return 0;
    }
    // In logarithms, because the coefficients outgrow a number soon.
    let logCoefficient = 0;
    let tail = 0;
    for (let k = 0; k <= trials; k++) {
        if (k > 0) {
            logCoefficient += Math.log((trials - k + 1) / k);
        }
        if (k >= hits) {
            tail += Math.exp(logCoefficient + k * Math.log(chance) + (trials - k) * Math.log(1 - chance));
        }
    }
    return Math.min(1, tail);
}

/** How often each value occurs. */
export function tally(values: readonly string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const value of values) {
        counts[value] = (counts[value] ?? 0) + 1;
    }
    return counts;
}

/**
 * The probability that two requests, whatever they say, are answered by the same pod, when pods answer as often as
 * they did. With equal shares of n pods it is 1/n; where one pod answered everything it is 1, and proves nothing.
 */
export function chanceOfSamePod(pods: readonly string[]): number {
    return Object.values(tally(pods)).reduce((sum, count) => sum + (count / pods.length) ** 2, 0);
}
