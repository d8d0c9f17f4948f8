import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { diffConfig } from "./configDiff";
import { type FieldChange, parsePropertyPath } from "./diff";
import type { EngineLogClient } from "./engineLog";
import type { EngineAutonaming } from "./naming";
import { InitFailedError, ResourceProvider } from "./resourceProvider";
import { readSettings } from "./settings";
import { fromStruct, toStruct, type PropertyMap } from "./values";
import { pluginVersion } from "./version";
import { decodeYaml, yamlDecode } from "./yamlDecode";

/** Messages carry whole objects, managed fields and all; the limit is the Pulumi SDK's (400 MiB). */
const maxMessageBytes = 1024 * 1024 * 400;

/**
 * Serves the provider on a free port of 127.0.0.1, in the engine's plugin protocol
 * (proto/pulumi/provider.proto of pulumi/pulumi), and gives the port.
 */
export function serve(log: EngineLogClient): Promise<number> {
    const server = new grpc.Server({
        "grpc.max_receive_message_length": maxMessageBytes,
        "grpc.max_send_message_length": maxMessageBytes,
    });
    server.addService(ResourceProviderService, handlers(new ResourceProvider(log), log));
    return new Promise((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
            error ? reject(error) : resolve(port),
        );
    });
}

/** Makes a gRPC handler of a function; what it throws becomes the call's status. */
function unary<Request, Response>(
    handle: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
        new Promise<Response>((resolve) => resolve(handle(call.request))).then(
            (response) => callback(null, response),
            (error) => callback(toStatus(error as Error)),
        );
    };
}

/** Refuses a call that only the official provider can answer. */
function refuse<Request>(what: (request: Request) => string): grpc.handleUnaryCall<Request, never> {
    return (call, callback) =>
        callback({
            code: grpc.status.UNIMPLEMENTED,
            details:
                `${what(call.request)} is not supported by the stand-in Kubernetes provider. ` +
                "Install the official one, or declare the objects one by one.",
        });
}

const refuseInvoke = refuse((request: messages.InvokeRequest) => request.getTok());

const readYaml = unary((request: messages.InvokeRequest) => {
    const response = new messages.InvokeResponse();
    response.setReturn(toStruct(decodeYaml(fromStruct(request.getArgs()))));
    return response;
});

function handlers(provider: ResourceProvider, log: EngineLogClient): IResourceProviderServer {
    const implementation: Partial<IResourceProviderServer> = {
        handshake: unary(() => {
            const response = new messages.ProviderHandshakeResponse();
            response.setAcceptSecrets(true);
            response.setSupportsAutonamingConfiguration(true);
            return response;
        }),
        attach: unary((request: PluginAttach) => {
            log.attach(request.getAddress());
            return new Empty();
        }),
        getPluginInfo: unary(() => {
            const info = new PluginInfo();
            info.setVersion(pluginVersion);
            return info;
        }),
        getSchema: unary(() => {
            const response = new messages.GetSchemaResponse();
            response.setSchema(JSON.stringify({ name: "kubernetes", version: pluginVersion }));
            return response;
        }),
        checkConfig: unary((request: messages.CheckRequest) => {
            const response = new messages.CheckResponse();
            response.setInputs(request.getNews());
            try {
                readSettings(fromStruct(request.getNews()));
            } catch (error) {
                const failure = new messages.CheckFailure();
                failure.setReason((error as Error).message);
                response.addFailures(failure);
            }
            return response;
        }),
        diffConfig: unary((request: messages.DiffRequest) => {
            // Older engines send the arguments as the old state.
            const olds = fromStruct(request.getOldInputs() ?? request.getOlds());
            const { changed, replaces } = diffConfig(olds, fromStruct(request.getNews()));
            const response = new messages.DiffResponse();
            const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
            response.setChanges(changed ? DIFF_SOME : DIFF_NONE);
            response.setReplacesList(replaces);
            return response;
        }),
        configure: unary(async (request: messages.ConfigureRequest) => {
            await provider.configure(configArguments(request), request.getUrn() || undefined);
            const response = new messages.ConfigureResponse();
            response.setAcceptsecrets(true);
            response.setSupportspreview(true);
            response.setSupportsAutonamingConfiguration(true);
            return response;
        }),
        check: unary(async (request: messages.CheckRequest) => {
            const response = new messages.CheckResponse();
            const inputs = await provider.check(
                request.getUrn(),
                fromStruct(request.getOlds()),
                fromStruct(request.getNews()),
                { randomSeed: request.getRandomseed_asU8(), autonaming: autonamingOf(request) },
            );
            response.setInputs(toStruct(inputs));
            return response;
        }),
        diff: unary(async (request: messages.DiffRequest) => {
            const { changes, deleteBeforeReplace } = await provider.diff(
                fromStruct(request.getOlds()),
                fromStruct(request.getNews()),
                request.getIgnorechangesList(),
            );
            const response = new messages.DiffResponse();
            const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
            response.setChanges(changes.size > 0 ? DIFF_SOME : DIFF_NONE);
            response.setDeletebeforereplace(deleteBeforeReplace);
            response.setHasdetaileddiff(true);
            for (const [path, change] of changes) {
                const property = new messages.PropertyDiff();
                property.setKind(kindOfChange(change));
                property.setInputdiff(true);
                response.getDetaileddiffMap().set(path, property);
                if (change.replace) {
                    response.addReplaces(path);
                }
            }
            // The engine's one-line display lists these, and knows top-level properties only.
            response.setDiffsList([
                ...new Set([...changes.keys()].map((path) => String(parsePropertyPath(path)[0]))),
            ]);
            return response;
        }),
        create: unary(async (request: messages.CreateRequest) => {
            const { id, properties } = await provider.create(
                request.getUrn(),
                fromStruct(request.getProperties()),
                request.getTimeout(),
                request.getPreview(),
            );
            const response = new messages.CreateResponse();
            response.setId(id);
            response.setProperties(toStruct(properties));
            return response;
        }),
        read: unary(async (request: messages.ReadRequest) => {
            const response = new messages.ReadResponse();
            const found = await provider.read(
                request.getUrn(),
                request.getId(),
                fromStruct(request.getProperties()),
                fromStruct(request.getInputs()),
            );
            // An empty response says that the resource is gone.
            if (found !== undefined) {
                response.setId(found.id);
                response.setProperties(toStruct(found.properties));
                response.setInputs(toStruct(found.inputs));
            }
            return response;
        }),
        update: unary(async (request: messages.UpdateRequest) => {
            const properties = await provider.update(
                request.getUrn(),
                request.getId(),
                fromStruct(request.getOlds()),
                fromStruct(request.getNews()),
                {
                    timeoutSeconds: request.getTimeout(),
                    preview: request.getPreview(),
                    ignoreChanges: request.getIgnorechangesList(),
                },
            );
            const response = new messages.UpdateResponse();
            response.setProperties(toStruct(properties));
            return response;
        }),
        delete: unary(async (request: messages.DeleteRequest) => {
            await provider.delete(
                request.getUrn(),
                request.getId(),
                fromStruct(request.getProperties()),
                request.getTimeout(),
            );
            return new Empty();
        }),
        cancel: unary(() => {
            provider.cancel();
            return new Empty();
        }),
        construct: refuse((request: messages.ConstructRequest) => request.getType()),
        invoke: (call, callback) =>
            (call.request.getTok() === yamlDecode ? readYaml : refuseInvoke)(call, callback),
        call: refuse((request: messages.CallRequest) => request.getTok()),
        parameterize: refuse(() => "parameterization"),
        getMapping: unary(() => new messages.GetMappingResponse()),
        getMappings: unary(() => new messages.GetMappingsResponse()),
    };
    // grpc-js answers UNIMPLEMENTED for the streaming `list`, which the engine uses only for its own queries.
    return implementation as IResourceProviderServer;
}

/** Configure's arguments; engines also send them as texts by full name, and old ones only so. */
function configArguments(request: messages.ConfigureRequest): PropertyMap {
    if (request.hasArgs()) {
        return fromStruct(request.getArgs());
    }
    const entries = [...request.getVariablesMap().entries()] as [string, string][];
    return Object.fromEntries(entries.map(([name, value]) => [name.split(":").at(-1) ?? name, value]));
}

function autonamingOf(request: messages.CheckRequest): EngineAutonaming | undefined {
    const options = request.getAutonaming();
    if (options === undefined) {
        return undefined;
    }
    const { Mode } = messages.CheckRequest.AutonamingOptions;
    const modes = {
        [Mode.PROPOSE]: "propose",
        [Mode.ENFORCE]: "enforce",
        [Mode.DISABLE]: "disable",
    } as const;
    return { mode: modes[options.getMode()], proposedName: options.getProposedName() };
}

function kindOfChange(change: FieldChange): messages.PropertyDiff.Kind {
    const { Kind } = messages.PropertyDiff;
    switch (change.kind) {
        case "add":
            return change.replace ? Kind.ADD_REPLACE : Kind.ADD;
        case "delete":
            return change.replace ? Kind.DELETE_REPLACE : Kind.DELETE;
        case "update":
            return change.replace ? Kind.UPDATE_REPLACE : Kind.UPDATE;
    }
}

/**
 * An error as gRPC carries it. A half-made resource goes along as a detail, so that the engine records it: in
 * `grpc-status-details-bin`, which Go's gRPC knows and Node's must be given by hand.
 */
function toStatus(error: Error): Partial<grpc.StatusObject> {
    if (!(error instanceof InitFailedError)) {
        return { code: grpc.status.UNKNOWN, details: error.message };
    }
    const detail = new messages.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(toStruct(error.properties));
    detail.setReasonsList(error.reasons);
    if (error.inputs !== undefined) {
        detail.setInputs(toStruct(error.inputs));
    }
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(error.message);
    status.addDetails(packed);
    const metadata = new grpc.Metadata();
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
