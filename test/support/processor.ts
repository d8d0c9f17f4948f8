/**
 * Does work that does not wait, and gives the time of the processor that it took, in milliseconds. What other processes
 * take meanwhile does not count, so that a bound on it says something of the work on a busy machine, too.
 */
export function processorTime(work: () => void): number {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
}
