import { z } from "zod";
import { secretKey } from "./kubernetes";
import { dnsLabel, setting } from "./values";

/** What goes through to a program of which the settings have no name for it. */
export function extraArguments(program: string): z.ZodArray<z.ZodString> {
    const argument = z
        .string()
        .max(4096, { abort: true })
        .regex(/^--[A-Za-z][\w-]*=[^\p{Cc}\p{Cs}]*$/u)
        .meta({ allowed: "a flag with its value, e.g. --name=value" });
    return setting(
        z.array(argument).max(100),
        `Arguments of the ${program} that no setting stands for: flags that its version knows, each once.`,
        "a list of flags with their values, e.g. --name=value",
    );
}

const variableName = z
    .string()
    .max(253, { abort: true })
    .regex(/^[A-Za-z_]\w*$/)
    .meta({ allowed: "the name of a variable: letters, digits and _, no digit first" });

const variableValue = z
    .union([
        z
            .string()
            .max(32_768)
            .regex(/^\P{Cc}*$/u),
        z.strictObject({ secretName: dnsLabel, key: secretKey }),
    ])
    .meta({ allowed: "text in quotes, or an object with secretName and key" });

/** Environment variables of a program. A value that is a secret stands in a Secret. */
export function variables(program: string): z.ZodRecord<typeof variableName, typeof variableValue> {
    return setting(
        z.record(variableName, variableValue),
        `Environment variables of the ${program} that the program does not set itself: text, or a key of a Secret in its namespace.`,
        "an object of text, or of secretName and key, by the variable's name",
    );
}
