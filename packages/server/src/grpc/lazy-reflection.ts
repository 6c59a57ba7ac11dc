import { PassThrough } from "node:stream";
import {
  type Server,
  type ServerDuplexStream,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { type Logger, messageOf } from "@holdfast/base";
import type { loadDefinition } from "@holdfast/protocol";

type RawCall = ServerDuplexStream<Buffer, Buffer>;
/** What the reflection library registers, caught instead of served. */
interface CaughtService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

const SERVICES = [
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
] as const;
const METHOD = "ServerReflectionInfo";
/** A question is a name, or a name and a number. */
const QUESTION_BYTES_MAX = 4_096;

/**
 * Server reflection that costs nothing until somebody asks: the library and the
 * descriptors it decodes take a sixth of a second of every start, and almost no
 * node is ever asked. The first question loads them.
 */
export function addLazyReflection(
  server: Server,
  definition: ReturnType<typeof loadDefinition>,
  logger: Logger,
): void {
  let loading: Promise<ReadonlyMap<string, CaughtService>> | undefined;
  const load = (): Promise<ReadonlyMap<string, CaughtService>> => {
    loading ??= loadReflection(definition);
    return loading;
  };
  for (const name of SERVICES) {
    const path = `/${name}/${METHOD}`;
    server.addService(rawService(path), {
      [METHOD]: (call: RawCall) => {
        // What arrives while the library loads waits in the stream.
        const waiting = call.pipe(new PassThrough({ objectMode: true }));
        load()
          .then((services) => serve(call, waiting, services.get(path)))
          .catch((failure: unknown) => {
            logger.error({ failure: messageOf(failure) }, "reflection cannot be loaded");
            call.end();
          });
      },
    });
  }
}

async function loadReflection(
  definition: ReturnType<typeof loadDefinition>,
): Promise<ReadonlyMap<string, CaughtService>> {
  const { ReflectionService } = await import("@grpc/reflection");
  const caught = new Map<string, CaughtService>();
  const catcher = {
    addService: (made: ServiceDefinition, implementation: UntypedServiceImplementation) => {
      const { path } = made[METHOD] ?? {};
      if (path !== undefined) caught.set(path, { definition: made, implementation });
    },
  };
  new ReflectionService(definition).addToServer(catcher as unknown as Server);
  return caught;
}

/** Lets the library's handler see messages where this node's stream carries bytes. */
function serve(call: RawCall, waiting: PassThrough, service: CaughtService | undefined): void {
  const method = service?.definition[METHOD];
  const handler = service?.implementation[METHOD] as ((stream: object) => void) | undefined;
  if (method === undefined || handler === undefined) {
    call.end();
    return;
  }
  const refuse = (details: string): void => {
    waiting.removeAllListeners("data");
    waiting.resume();
    call.emit("error", { code: status.INVALID_ARGUMENT, details });
  };
  handler({
    on: (event: string, listener: (message?: unknown) => void) => {
      if (event === "data") {
        waiting.on("data", (bytes: Buffer) => {
          if (bytes.length > QUESTION_BYTES_MAX) {
            return refuse(`a question has at most ${QUESTION_BYTES_MAX} bytes`);
          }
          // Nobody above would catch it: here gRPC hands on bytes, and has no part in reading them.
          try {
            listener(method.requestDeserialize(bytes));
          } catch (failure) {
            refuse(messageOf(failure));
          }
        });
      } else waiting.on(event, listener);
    },
    write: (message: object) => call.write(method.responseSerialize(message)),
    end: () => call.end(),
  });
}

function rawService(path: string): ServiceDefinition {
  const asIs = (bytes: Buffer): Buffer => bytes;
  return {
    [METHOD]: {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  };
}
