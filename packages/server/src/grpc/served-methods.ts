import type {
  Metadata,
  MethodDefinition,
  Server,
  ServiceDefinition,
  sendUnaryData,
  UntypedHandleCall,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { WireStatus } from "@holdfast/protocol";

/**
 * Whether a call may be served at all, by its full path and what it says about itself; the status
 * to refuse it with if not.
 */
export type Admission = (path: string, metadata: Metadata) => WireStatus | undefined;

/** Authentication is off: whoever reaches the port may ask for everything. */
export const ADMIT_ALL: Admission = () => undefined;

/** A method and who serves it, `undefined` where nobody does yet. */
export interface ServedMethod {
  readonly definition: MethodDefinition<object, object>;
  readonly handler: UntypedHandleCall | undefined;
}

/**
 * What clients may ask of a node. Every handler passes through here once, whatever it is reached by,
 * so this is the one place where a call is let in or refused.
 */
export class ServedMethods {
  readonly #server: Server;
  readonly #admission: Admission;
  readonly #methods = new Map<string, ServedMethod>();

  constructor(server: Server, admission: Admission) {
    this.#server = server;
    this.#admission = admission;
  }

  /** Serves what is handled; the rest of the service answers UNIMPLEMENTED by itself. */
  add(service: ServiceDefinition, handlers: UntypedServiceImplementation): void {
    const admitted: UntypedServiceImplementation = {};
    for (const [name, definition] of Object.entries(service)) {
      const handler = handlers[name];
      if (handler !== undefined) admitted[name] = this.#admitted(definition, handler);
      this.#methods.set(definition.path, { definition, handler: admitted[name] });
    }
    this.#server.addService(service, admitted);
  }

  /** By full path, `/etcdserverpb.KV/Range`. */
  get(path: string): ServedMethod | undefined {
    return this.#methods.get(path);
  }

  #admitted(
    { path, responseStream }: MethodDefinition<object, object>,
    handler: UntypedHandleCall,
  ): UntypedHandleCall {
    const admission = this.#admission;
    const serve = handler as (call: AnyCall, callback: sendUnaryData<unknown>) => void;
    return ((call: AnyCall, callback: sendUnaryData<unknown>) => {
      const refused = admission(path, call.metadata);
      if (refused === undefined) serve(call, callback);
      else if (responseStream) call.emit("error", refused);
      else callback(refused);
    }) as UntypedHandleCall;
  }
}

interface AnyCall {
  readonly metadata: Metadata;
  emit(event: "error", status: WireStatus): void;
}
