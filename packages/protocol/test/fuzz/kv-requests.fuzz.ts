import type { MethodDefinition } from "@grpc/grpc-js";
import { below, HoldfastError, type Random } from "@holdfast/base";
import { type FuzzTarget, mutateBytes, pick, ValueShape } from "@holdfast/base/fuzz";
import {
  DEFAULT_OPERATION_LIMITS,
  encodeBatch,
  type Operation,
  validateOperation,
  validateQuery,
} from "@holdfast/state-machine";
import type { TxnRequest__Output } from "../../src/generated/etcdserverpb/TxnRequest.ts";
import {
  decodeCompaction,
  decodeDeleteRange,
  decodePut,
  decodeRange,
  decodeTxn,
  isSerializableTxn,
  loadDefinition,
  MessageForms,
  RefusedRequestError,
  requestParts,
  statusOfError,
} from "../../src/index.ts";

type Given = never;

/** What serves a method of etcdserverpb.KV: from its message to what is proposed. */
const USES: Readonly<Record<string, (request: Given) => unknown>> = {
  Range: (request) => {
    const query = decodeRange(request);
    validateQuery(query);
    return query;
  },
  Put: (request) => propose(decodePut(request)),
  DeleteRange: (request) => propose(decodeDeleteRange(request)),
  Txn: (request) => {
    isSerializableTxn(request);
    return propose(decodeTxn(request));
  },
  Compact: (request) => propose(decodeCompaction(request)),
};

const key = Buffer.from("key");
const put = { request_put: { key, value: key, lease: "9" } };
const STEPS = [
  put,
  { request_range: { key } },
  { request_delete_range: { key } },
  { request_txn: { success: [{ request_delete_range: { key } }] } },
];
const EXAMPLES: Readonly<Record<string, readonly object[]>> = {
  Range: [
    { key },
    { key, range_end: Buffer.of(0), limit: "7", revision: "9", sort_order: 2, sort_target: 3 },
    { key, serializable: true, min_mod_revision: "3", max_create_revision: "-4" },
  ],
  Put: [
    { key, value: key },
    { key, lease: "-1", prev_kv: true, ignore_value: true },
  ],
  DeleteRange: [{ key }, { key, range_end: Buffer.of(0), prev_kv: true }],
  Txn: [
    {
      compare: [
        { key, target: "VALUE", value: key, result: "EQUAL" },
        { key, target: "LEASE", lease: "4", result: "NOT_EQUAL", range_end: key },
      ],
      success: STEPS,
      failure: [...STEPS, { request_range: { key, serializable: true } }],
    },
  ],
  Compact: [{ revision: "5" }, { revision: "-9223372036854775808", physical: true }],
};
const DEFINITION = loadDefinition("etcd/rpc.proto");
const TXN_FIELDS = new MessageForms(DEFINITION).fieldsOf("TxnRequest", "etcdserverpb");
const service = DEFINITION["etcdserverpb.KV"] as unknown as Readonly<
  Record<string, MethodDefinition<object, object>>
>;

/** What passes is proposed, and so must have a form in the log. */
function propose(operation: Operation): Operation {
  if (validateOperation(operation, DEFAULT_OPERATION_LIMITS) !== undefined) return operation;
  const session = new Uint8Array(16);
  encodeBatch({ session, firstSequence: 0, ackedBelow: 0, operations: [operation] });
  return operation;
}

function kvTarget(name: string, use: (request: Given) => unknown): FuzzTarget {
  const method = service[name] as MethodDefinition<object, object>;
  const examples = (EXAMPLES[name] ?? []).map((request) =>
    Uint8Array.from(method.requestSerialize(request)),
  );
  const shape = new ValueShape(examples.map((bytes) => use(requestOf(method, bytes) as Given)));
  return {
    name: `kv-${name.toLowerCase()}`,
    runs: 1_000,
    make: (random: Random) =>
      below(random, 8) === 0 ? pick(random, examples) : mutateBytes(random, examples),
    check: (input) => {
      const request = requestOf(method, input);
      if (request === undefined) return;
      try {
        shape.check(use(request as Given));
      } catch (failure) {
        if (!(failure instanceof RefusedRequestError)) throw failure;
        if (!(failure instanceof HoldfastError) || statusOfError(failure) === undefined) {
          throw new Error("a refusal without a status", { cause: failure });
        }
      }
    },
  };
}

/** gRPC refuses by itself what is no message of that kind. */
function requestOf(
  method: MethodDefinition<object, object>,
  input: Uint8Array,
): object | undefined {
  try {
    return method.requestDeserialize(Buffer.from(input));
  } catch {
    return undefined;
  }
}

/** Parts that were decoded were counted before, or a request of too many would be decoded after all. */
const countedParts: FuzzTarget = {
  ...kvTarget("Txn", () => undefined),
  name: "txn-parts",
  check: (input) => {
    const request = requestOf(service["Txn"] as MethodDefinition<object, object>, input);
    const parts = request === undefined ? 0 : partsOf(request as TxnRequest__Output);
    const limits = { messagesMax: parts - 1, fieldsMax: Number.POSITIVE_INFINITY };
    if (parts > 0 && requestParts(input, TXN_FIELDS, limits) === "few") {
      throw new Error(`${parts} parts were decoded, and fewer counted`);
    }
  },
};

function partsOf({ compare, success, failure }: TxnRequest__Output): number {
  let parts = compare.length;
  for (const step of [...success, ...failure]) {
    const asked = step.request_range ?? step.request_put ?? step.request_delete_range;
    parts += asked ? 2 : 1;
    if (step.request_txn) parts += 1 + partsOf(step.request_txn);
  }
  return parts;
}

export const KV_TARGETS: readonly FuzzTarget[] = [
  ...Object.entries(USES).map(([name, use]) => kvTarget(name, use)),
  countedParts,
];
