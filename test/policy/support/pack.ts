import type { ChildProcessByStdio } from "child_process";
import { spawn } from "child_process";
import * as path from "path";
import type { Readable } from "stream";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { ResourceLike } from "../../../objects/kubernetesObject";
import type { Manifest } from "./resources";
import { resource } from "./resources";

/** What the pack says of a resource or a stack. */
export interface Diagnostic {
    policy: string;
    level: "advisory" | "mandatory";
    message: string;
    urn: string;
    /** Whether it came from `Analyze`, so that it stops the resource from being created. */
    from: "resource" | "stack";
}

/** A rule's settings, as `--policy-pack-config` would give them. */
export type PackConfig = Record<
    string,
    { enforcementLevel?: "advisory" | "mandatory" | "disabled" } & Record<string, unknown>
>;

/** The properties as plain data, not behind the policy server's proxy: what goes over the wire. */
export type PlainResource = Omit<ResourceLike, "provider">;

/** A manifest as it goes over the wire: the plain value, with the sentinel where something is not known. */
export function plain(manifest: Manifest): PlainResource {
    const { type, name, urn } = resource(manifest);
    // `undefined` has no form on the wire.
    return { type, name, urn, props: JSON.parse(JSON.stringify(manifest)) as object };
}

const own = path.resolve(__dirname, "../../../policy");
const maxMessageBytes = 400 * 1024 * 1024;

/** The pack in a process of its own, asked over gRPC as the engine asks it. */
export class Pack {
    private readonly messages = new WeakMap<PlainResource, messages.AnalyzerResource>();

    private constructor(
        private readonly process: ChildProcessByStdio<null, Readable, Readable>,
        private readonly client: AnalyzerClient,
    ) {}

    /** @param folder the pack's; default: the repository's own. */
    static async start(folder = own): Promise<Pack> {
        const program = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
        const child = spawn(process.execPath, [program, "127.0.0.1:0", "."], {
            cwd: folder,
            stdio: ["ignore", "pipe", "pipe"],
        });
        const port = await firstLine(child);
        const client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
            "grpc.max_receive_message_length": maxMessageBytes,
            "grpc.max_send_message_length": maxMessageBytes,
        });
        return new Pack(child, client);
    }

    stop(): void {
        this.client.close();
        this.process.kill();
    }

    /** The names of the policies that the pack serves. */
    async policies(): Promise<messages.PolicyInfo[]> {
        const info = await call<messages.AnalyzerInfo>((done) =>
            this.client.getAnalyzerInfo(new Empty(), done),
        );
        return info.getPoliciesList();
    }

    async configure(config: PackConfig): Promise<void> {
        const request = new messages.ConfigureAnalyzerRequest();
        const levels = {
            advisory: messages.EnforcementLevel.ADVISORY,
            mandatory: messages.EnforcementLevel.MANDATORY,
            disabled: messages.EnforcementLevel.DISABLED,
        };
        for (const [rule, { enforcementLevel = "mandatory", ...properties }] of Object.entries(config)) {
            const entry = new messages.PolicyConfig();
            entry.setEnforcementlevel(levels[enforcementLevel]);
            entry.setProperties(struct(properties));
            request.getPolicyconfigMap().set(rule, entry);
        }
        await call((done) => this.client.configure(request, done));
    }

    /** Asks for each resource, then for all together. */
    async judge(resources: readonly PlainResource[]): Promise<Diagnostic[]> {
        const single = await Promise.all(resources.map((resource) => this.analyze(resource)));
        return [...single.flat(), ...(await this.analyzeStack(resources))];
    }

    async analyze(resource: PlainResource): Promise<Diagnostic[]> {
        const request = filled(new messages.AnalyzeRequest(), resource);
        const response = await call<messages.AnalyzeResponse>((done) => this.client.analyze(request, done));
        return response.getDiagnosticsList().map((diagnostic) => read(diagnostic, "resource"));
    }

    async analyzeStack(resources: readonly PlainResource[]): Promise<Diagnostic[]> {
        const request = new messages.AnalyzeStackRequest();
        request.setResourcesList(resources.map((resource) => this.messageOf(resource)));
        const response = await call<messages.AnalyzeResponse>((done) =>
            this.client.analyzeStack(request, done),
        );
        return response.getDiagnosticsList().map((diagnostic) => read(diagnostic, "stack"));
    }

    /** Made once for each, because the same resources are asked about in thousands of stacks. */
    private messageOf(resource: PlainResource): messages.AnalyzerResource {
        let message = this.messages.get(resource);
        if (message === undefined) {
            message = filled(new messages.AnalyzerResource(), resource);
            this.messages.set(resource, message);
        }
        return message;
    }
}

/** The server prints its port as its first line. */
function firstLine(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
    return new Promise((resolve, reject) => {
        let output = "";
        let errors = "";
        child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
        child.stdout.on("data", (chunk: Buffer) => {
            output += chunk.toString();
            const end = output.indexOf("\n");
            if (end >= 0) {
                resolve(output.slice(0, end));
            }
        });
        child.on("exit", (code) =>
            reject(new Error(`the policy pack ended with ${String(code)}: ${errors}`)),
        );
    });
}

function call<T>(
    start: (done: (error: grpc.ServiceError | null, response: T) => void) => unknown,
): Promise<T> {
    return new Promise((resolve, reject) => {
        start((error, response) => (error ? reject(error) : resolve(response)));
    });
}

/** Has a message tell of a resource. */
function filled<T extends messages.AnalyzeRequest | messages.AnalyzerResource>(
    message: T,
    { type, name, urn, props }: PlainResource,
): T {
    message.setType(type);
    message.setName(name);
    message.setUrn(urn);
    message.setProperties(struct(props));
    message.setOptions(new messages.AnalyzerResourceOptions());
    return message;
}

function struct(value: object): Struct {
    return Struct.fromJavaScript(value as Parameters<typeof Struct.fromJavaScript>[0]);
}

function read(diagnostic: messages.AnalyzeDiagnostic, from: Diagnostic["from"]): Diagnostic {
    return {
        policy: diagnostic.getPolicyname(),
        level:
            diagnostic.getEnforcementlevel() === messages.EnforcementLevel.ADVISORY
                ? "advisory"
                : "mandatory",
        message: diagnostic.getMessage(),
        urn: diagnostic.getUrn(),
        from,
    };
}
