import * as fs from "fs";
import { text as readAll } from "stream/consumers";
import { z } from "zod";
import type { DeploymentOutput } from "../../components/deploymentOutput";
import { dnsSubdomain } from "../../components/settings/kubernetes";
import { dnsLabel } from "../../components/settings/values";
import { shellCommand } from "../../components/shell";
import { messageOf, UsageError } from "./errors";

/** Where outputs are read from. */
export interface OutputsSource {
    /**
     * A JSON file as `pulumi stack output --json` writes it; `-` is standard input. Default: that command is run in
     * the current directory.
     */
    file?: string;
    /** The stack that the command is asked for. Default: the selected one. Without effect beside a file. */
    stack?: string;
}

/** The outputs that commands read. */
export interface ReadOutputs {
    deployment: DeploymentOutput;
    /** Where they came from, for messages. */
    source: string;
}

/** What becomes part of a URL and of commands is a name of an object. */
const nameSchema = dnsSubdomain;
const namespaceSchema = dnsLabel;
const labelsSchema = z.record(z.string(), z.string());
const portSchema = z.int().min(1).max(65535);
const podsSchema = z.object({ deployment: nameSchema, selector: labelsSchema });

const matchSchema = z.object({
    path: z.string().startsWith("/").optional(),
    headers: labelsSchema,
    requestId: z.string().optional(),
    hostnames: z.array(z.string()),
});

const modelSchema = z.object({
    model: z.string(),
    route: nameSchema,
    match: matchSchema,
    besides: z.array(matchSchema).optional(),
    backend: z.object({
        kind: z.enum(["Service", "InferencePool"]),
        name: nameSchema,
        namespace: namespaceSchema,
        port: portSchema,
    }),
    grant: nameSchema,
    proxy: z.object({ name: nameSchema, port: portSchema }),
    pods: z.object({ decode: podsSchema, prefill: podsSchema }),
    scalesToZero: z.literal(true).optional(),
    pickable: labelsSchema,
    epp: z.object({
        name: nameSchema,
        namespace: namespaceSchema,
        grpcPort: portSchema,
        healthPort: portSchema,
        metricsPort: portSchema,
        replicas: z.int().min(0),
        metricsAuth: z.boolean(),
        failureMode: z.enum(["FailClose", "FailOpen"]),
    }),
    pool: nameSchema.optional(),
    extProcFilter: nameSchema.optional(),
});

const deploymentSchema: z.ZodType<DeploymentOutput> = z.object({
    mode: z.enum(["scheduler", "scoring-not-obeyed", "scoring"]),
    namespaces: z.object({ scheduler: namespaceSchema, simulator: namespaceSchema }),
    gateway: z.object({
        name: nameSchema,
        className: nameSchema,
        service: nameSchema,
        httpPort: portSchema,
        httpsPort: portSchema.optional(),
        statusPort: portSchema,
    }),
    models: z
        .record(z.string(), modelSchema)
        .refine((models) => Object.keys(models).length > 0, "at least one model is needed"),
});

/**
 * Reads the stack's outputs, and makes sure that they say what the paths are made of.
 *
 * @throws UsageError when they cannot be read, or the output `deployment` is missing or of another shape.
 */
export async function readStackOutputs(source: OutputsSource): Promise<ReadOutputs> {
    const from = describe(source);
    const outputs = parse(await readText(source), from);
    if (!("deployment" in outputs)) {
        throw new UsageError(
            `${from}: the stack has no output \`deployment\`: run \`pulumi up\` with this version first`,
        );
    }
    const checked = deploymentSchema.safeParse(outputs.deployment);
    if (!checked.success) {
        const [issue] = checked.error.issues;
        const setting = ["deployment", ...(issue?.path ?? [])].map(String).join(".");
        const value = (issue?.path ?? []).reduce<unknown>(
            (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
            outputs.deployment,
        );
        throw new UsageError(
            `${from}: the output \`${setting}\` is ${JSON.stringify(value) ?? "missing"}: ${issue?.message ?? ""}; ` +
                "run `pulumi up` with this version",
        );
    }
    return { deployment: checked.data, source: from };
}

function describe({ file, stack }: OutputsSource): string {
    if (file !== undefined) {
        return file === "-" ? "standard input" : file;
    }
    return shellCommand(["pulumi", "stack", "output", ...(stack === undefined ? [] : ["--stack", stack])]);
}

async function readText({ file, stack }: OutputsSource): Promise<string> {
    if (file === "-") {
        return readAll(process.stdin);
    }
    if (file !== undefined) {
        try {
            return fs.readFileSync(file, "utf8");
        } catch (error) {
            throw new UsageError(
                `--outputs ${file}: ${messageOf(error)}; give a file that \`pulumi stack output --json\` wrote, or -`,
                { cause: error },
            );
        }
    }
    try {
        // Only here, because outputs in a file need no CLI.
        const { execa } = await import("execa");
        const named = stack === undefined ? [] : ["--stack", stack];
        return (await execa("pulumi", ["stack", "output", "--json", "--non-interactive", ...named])).stdout;
    } catch (error) {
        const { code, stderr } = error as { code?: string; stderr?: string };
        const reason =
            code === "ENOENT"
                ? "there is no `pulumi` on the PATH"
                : stderr !== undefined && stderr !== ""
                  ? stderr.trim()
                  : messageOf(error);
        throw new UsageError(
            `${describe({ stack })}: ${reason}; name a stack with --stack, or a file with its outputs with --outputs`,
            { cause: error },
        );
    }
}

function parse(text: string, from: string): Record<string, unknown> {
    let parsed: unknown;
    try {
        parsed = JSON.parse(text);
    } catch (error) {
        throw new UsageError(
            `${from}: not JSON (${messageOf(error)}); \`pulumi stack output --json\` writes what is needed`,
            { cause: error },
        );
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
        throw new UsageError(`${from}: an object of outputs by name is needed`);
    }
    return parsed as Record<string, unknown>;
}
