/** Adds to the list under a key, which is made where there is none. */
export function append<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
    const present = lists.get(key);
    if (present) {
        present.push(item);
    } else {
        lists.set(key, [item]);
    }
}
