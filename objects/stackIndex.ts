import type { GroupKind, PlainObject, ResourceLike } from "./kubernetesObject";
import { KubernetesObject } from "./kubernetesObject";
import { append } from "./multimap";
import { PodIndex } from "./podIndex";
import { remember } from "./remember";
import { snapshot, UnknownInputError } from "./unknown";

/** The Kubernetes objects of a program or of a cluster, by what they are looked up with. Making it reads each once. */
export class StackIndex {
    readonly objects: readonly KubernetesObject[];
    private readonly byKind = new Map<string, KubernetesObject[]>();
    private readonly byNamespace = new Map<string, KubernetesObject[]>();
    private readonly byName = new Map<string, KubernetesObject>();
    /** By kind, why an object's name or namespace is not known: a failed look-up may have meant that object. */
    private readonly unidentified = new Map<string, UnknownInputError>();
    private readonly models = new Map<unknown, () => unknown>();

    constructor(private readonly sources: readonly (ResourceLike | PlainObject | KubernetesObject)[]) {
        this.objects = sources.flatMap((source) =>
            source instanceof KubernetesObject ? source : (KubernetesObject.of(source) ?? []),
        );
        for (const object of this.objects) {
            append(this.byKind, kindKey(object), object);
            try {
                append(this.byNamespace, `${kindKey(object)}|${object.namespace}`, object);
                const key = nameKey(object, object.namespace, object.name ?? "");
                if (!this.byName.has(key)) {
                    this.byName.set(key, object);
                }
            } catch (error) {
                if (!(error instanceof UnknownInputError)) {
                    throw error;
                }
                this.unidentified.set(kindKey(object), error);
            }
        }
    }

    /** The objects of one kind, or of several. */
    ofKind(...wanted: readonly GroupKind[]): readonly KubernetesObject[] {
        return wanted.flatMap((kind) => this.byKind.get(kindKey(kind)) ?? []);
    }

    /**
     * The objects of a kind in a namespace. Objects whose namespace is not known yet are not among them; see
     * {@link certain}.
     */
    inNamespace(kind: GroupKind, namespace: string): readonly KubernetesObject[] {
        return this.byNamespace.get(`${kindKey(kind)}|${namespace}`) ?? [];
    }

    /**
     * The object with this name, or `undefined` if the program has none.
     *
     * @throws {UnknownInputError} where it cannot be told, because an object of the kind has no known name yet.
     */
    find(kind: GroupKind, namespace: string, name: string): KubernetesObject | undefined {
        const found = this.byName.get(nameKey(kind, namespace, name));
        if (!found) {
            this.certain(kind);
        }
        return found;
    }

    /**
     * Makes sure that every object of the kind could be placed: call it before concluding that none is there.
     *
     * @throws {UnknownInputError} if one has a name or a namespace that is not known yet.
     */
    certain(kind: GroupKind): void {
        const unknown = this.unidentified.get(kindKey(kind));
        if (unknown) {
            throw unknown;
        }
    }

    /** The program's pods, as Deployments and others template them. */
    get pods(): PodIndex {
        return this.model(podIndexOf);
    }

    /** What a function makes of the whole program, or throws; made once for all rules that ask for it. */
    model<T>(make: (index: StackIndex) => T): T {
        let read = this.models.get(make);
        if (!read) {
            read = remember(() => make(this));
            this.models.set(make, read);
        }
        return read() as T;
    }

    /**
     * The stack's outputs by name; reading one that is not known yet throws {@link UnknownInputError}. Empty where the
     * engine did not hand the stack itself over.
     */
    get stackOutputs(): { readonly urn: string; readonly name: string; read(): unknown }[] {
        const stack = this.sources.find(
            (source): source is ResourceLike => "type" in source && source.type === "pulumi:pulumi:Stack",
        );
        return stack
            ? Object.keys(stack.props).map((name) => ({
                  urn: stack.urn,
                  name,
                  read: () => snapshot(stack.props, name, "the stack's outputs"),
              }))
            : [];
    }
}

function podIndexOf({ objects }: StackIndex): PodIndex {
    return new PodIndex(objects);
}

function kindKey({ group, kind }: GroupKind): string {
    return `${group}/${kind}`;
}

function nameKey(kind: GroupKind, namespace: string, name: string): string {
    return `${kindKey(kind)}|${namespace}|${name}`;
}
