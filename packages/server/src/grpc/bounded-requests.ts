import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { type loadDefinition, MessageForms, requestParts } from "@holdfast/protocol";
import { DEFAULT_OPERATION_LIMITS, REQUEST_PARTS_MAX } from "@holdfast/state-machine";

/** As the loader makes it, with its description. */
type Method = MethodDefinition<object, object> & {
  readonly requestType: { readonly type: { readonly name: string } };
};

/** A step of a transaction and what it asks for are two parts of its message. */
const MESSAGES_MAX: number = 2 * REQUEST_PARTS_MAX;
/** A message of a request has so many fields at most: a range by revisions. */
const FIELDS_MAX: number = 8 * MESSAGES_MAX;
const LIMITS = { messagesMax: MESSAGES_MAX, fieldsMax: FIELDS_MAX };
/** A part has a byte at least, and a message two: what is shorter than this has fewer than those, and need not be looked at. */
const LOOK_FROM_BYTES = 16_384;

/** Makes services that do not decode requests of far too many parts: see {@link requestParts}. */
export class BoundedRequests {
  readonly #forms: MessageForms;

  constructor(definition: ReturnType<typeof loadDefinition>) {
    this.#forms = new MessageForms(definition);
  }

  /** @param name the full name, `etcdserverpb.KV` */
  service(name: string, methods: ServiceDefinition): ServiceDefinition {
    const scope = name.slice(0, name.lastIndexOf("."));
    const bounded = Object.entries(methods).map(([method, definition]) => [
      method,
      this.#bounded(definition as Method, scope),
    ]);
    return Object.fromEntries(bounded) as ServiceDefinition;
  }

  #bounded(method: Method, scope: string): Method {
    const { name } = method.requestType.type;
    const fields = this.#forms.fieldsOf(name, scope);
    const requestDeserialize = (bytes: Buffer): object => {
      if (bytes.length <= LOOK_FROM_BYTES) return method.requestDeserialize(bytes);
      const parts = requestParts(bytes, fields, LIMITS);
      // The gRPC library answers as it does to all that it cannot decode.
      if (parts === "unreadable") throw new Error("the request cannot be read");
      if (parts === "few") return method.requestDeserialize(bytes);
      if (name === "TxnRequest") return method.requestDeserialize(GUARDS_TOO_MANY);
      const most = `${MESSAGES_MAX} messages, or ${FIELDS_MAX} fields`;
      throw new Error(`the request has more than ${most}`);
    };
    return { ...method, requestDeserialize };
  }
}

/**
 * What stands for a transaction of far too many parts: one that has a guard too many, and is refused
 * as etcd refuses it. Field 1 of `TxnRequest`, with no bytes.
 */
const GUARDS_TOO_MANY: Buffer = Buffer.from(
  new Array<readonly number[]>(DEFAULT_OPERATION_LIMITS.txnOperationsMax + 1)
    .fill([0x0a, 0])
    .flat(),
);
