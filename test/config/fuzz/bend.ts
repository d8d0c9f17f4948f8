import * as fc from "fast-check";

/** A place in settings: the keys and indices that lead to a value. */
type Place = readonly (string | number)[];

/** Values that some field, somewhere, takes, and others do not. */
const values: readonly unknown[] = [
    ...[
        "",
        " ",
        "a..b",
        "a b",
        "-a",
        "a-",
        ".",
        "..",
        "/",
        "/.",
        "/a/../b",
        "//",
        "*",
        "*.",
        "A",
        "Ab/c",
        "a/b/c",
    ],
    ...[
        "__proto__",
        "constructor",
        "null",
        "~",
        "true",
        "0",
        "012",
        "1e3",
        "0.1",
        "-1",
        "1h",
        "1d",
        "0s",
        "99999999999s",
    ],
    ...[
        "a".repeat(64),
        "a".repeat(254),
        "a".repeat(257),
        "a".repeat(5000),
        "é",
        "\u0000",
        "\n",
        "\u001b[31m",
        "\ud800",
    ],
    ...[
        "x=y",
        "$(POD_NAME)",
        "100%",
        "1Ei",
        "1.5",
        "0x1F",
        "host:80",
        "192.0.2.7",
        "user:pw@host",
        "'",
        '"',
        "\\",
        "#",
    ],
    ...[
        null,
        true,
        false,
        0,
        -1,
        1,
        1.5,
        1e9,
        1e21,
        2 ** 53,
        [],
        {},
        [""],
        [[]],
        [{}],
        { a: "b" },
        { "": "" },
    ],
    ...[
        { key: "a b" },
        { operator: "Exists" },
        { "a b": "c" },
        Array.from({ length: 20 }, (_, index) => `h${String(index)}`),
    ],
    Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${String(index)}`, "v"])),
];

const keys = [
    "",
    " ",
    "a b",
    "a/b/c",
    "A/b",
    "__proto__",
    "constructor",
    "x".repeat(64),
    "x".repeat(400),
    "é",
    "a.b",
    "x",
];

/** What is done at one place. */
const changes = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...values).map((value) => ({ replace: value })) },
    {
        weight: 1,
        arbitrary: fc.string({ unit: "binary", maxLength: 40 }).map((value) => ({ replace: value })),
    },
    { weight: 2, arbitrary: fc.constantFrom(...keys).map((key) => ({ rename: key })) },
    { weight: 2, arbitrary: fc.constantFrom(...keys).map((key) => ({ add: key })) },
    { weight: 2, arbitrary: fc.constant({ double: true }) },
);

type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

/** The same settings, changed at one place: a value, a key, or an entry of a list. */
export function bent(settings: fc.Arbitrary<object>): fc.Arbitrary<Record<string, unknown>> {
    return fc.tuple(settings, fc.nat(), changes).map(([legal, at, change]) => {
        const all = places(legal, []);
        const copy = structuredClone(legal) as Record<string, unknown>;
        return changed(copy, all[at % all.length] ?? [], change);
    });
}

/** Every value of settings, each as the way to it. */
function places(value: unknown, way: Place): Place[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const entries: [string | number, unknown][] = Array.isArray(value)
        ? value.map((inner: unknown, index) => [index, inner])
        : Object.entries(value);
    return entries.flatMap(([key, inner]) => [[...way, key], ...places(inner, [...way, key])]);
}

type Container = Record<string | number, unknown>;

function changed(settings: Record<string, unknown>, place: Place, change: Change): Record<string, unknown> {
    const last = place.at(-1);
    if (last === undefined) {
        return settings;
    }
    const parent = place.slice(0, -1).reduce<Container>((inner, key) => inner[key] as Container, settings);
    const set = (of: Container, key: string | number, value: unknown) =>
        // Assigned, `__proto__` would not become a key.
        Object.defineProperty(of, key, { value, enumerable: true, configurable: true, writable: true });
    if ("replace" in change) {
        set(parent, last, change.replace);
    } else if ("double" in change) {
        if (Array.isArray(parent)) {
            parent.push(structuredClone(parent[Number(last)]));
        } else {
            set(
                parent,
                `${String(last).slice(0, -1)}${/[a-z]$/.test(String(last)) ? "Z" : "z"}`,
                parent[last],
            );
        }
    } else if (!Array.isArray(parent)) {
        const value = parent[last];
        if ("rename" in change) {
            delete parent[last];
            set(parent, change.rename, value);
        } else {
            set(parent, change.add, value);
        }
    }
    return settings;
}
