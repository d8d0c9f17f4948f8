const scales: Record<string, number> = {
    m: 1e-3,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
};

/** A Kubernetes quantity as a number: cores, or bytes. Its form has been checked by whoever took it. */
export function quantityOf(text: string): number {
    return parseFloat(text) * (scales[text.replace(/^[\d.]+/, "")] ?? 1);
}
