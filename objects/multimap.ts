/** Adds to the list under a key, which is made where there is none. */
export function append<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
    const present = lists.get(key);
    if (present) {
        present.push(item);
    } else {
        lists.set(key, [item]);
    }
}

/** Items by what they have in common, each list in the order in which they came. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
    const groups = new Map<K, T[]>();
    for (const item of items) {
        append(groups, keyOf(item), item);
    }
    return groups;
}
