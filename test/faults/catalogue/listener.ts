import type { Program } from "../program";

/** The Gateway's listener that the first route names: its place among them, and its port. */
export function listenerOf(program: Program): { index: number; port: unknown } {
    const name = program.get("HTTPRoute").get("spec.parentRefs.0.sectionName");
    const listeners = program.get("Gateway").list("spec.listeners") as { name: string; port: number }[];
    const index = listeners.findIndex((listener) => listener.name === name);
    return { index, port: listeners[index]?.port };
}
