import type { ReplicaApi } from "@holdfast/replica";
import {
  AnswerBudget,
  type CompactOperation,
  compactedRefusal,
  type DeleteRangeOperation,
  isReadOnlyTxn,
  type Operation,
  type OperationLimits,
  type OperationResult,
  type PutOperation,
  type RangeAnswer,
  type RangeQuery,
  type ReadRefusal,
  type RequestRefusal,
  type RowLayout,
  rangeSteps,
  readOnlyTxnSteps,
  type TxnOperation,
  validateOperation,
  validateQuery,
} from "@holdfast/state-machine";
import type { CallContext, ReplicaCalls } from "./call-context.ts";
import { type RangeChunk, rangeChunks } from "./range-stream.ts";

/** How a read may be answered: `serializable` from what this member has applied, however old. */
export interface ReadContext extends CallContext {
  readonly serializable: boolean;
}

export interface KvPorts {
  readonly replica: ReplicaApi;
  readonly calls: ReplicaCalls;
  readonly limits: OperationLimits;
  /** Where the replica's state machine keeps its rows. */
  readonly layout: RowLayout;
  /**
   * What the answer to one read may weigh, bytes.
   *
   * @default REPLY_BYTES_MAX
   */
  readonly replyBytesMax?: number;
}

/** A compaction that is answered when it is decided, or when this node's disk is rid of what it freed. */
export interface CompactContext extends CallContext {
  readonly physical: boolean;
}

/**
 * Reads and writes of keys on any node. A request that cannot be served whatever
 * the state is refused at once, as a value; a promise rejects with the errors of
 * the replica.
 */
export class KvService {
  readonly #replica: ReplicaApi;
  readonly #calls: ReplicaCalls;
  readonly #limits: OperationLimits;
  readonly #layout: RowLayout;
  readonly #replyBytesMax: number | undefined;

  constructor(ports: KvPorts) {
    this.#replica = ports.replica;
    this.#calls = ports.calls;
    this.#limits = ports.limits;
    this.#layout = ports.layout;
    this.#replyBytesMax = ports.replyBytesMax;
  }

  range(query: RangeQuery, context: ReadContext): RequestRefusal | Promise<RangeAnswer> {
    return (
      validateQuery(query) ??
      this.#replica.read(
        (point) => rangeSteps(query, point, this.#layout, new AnswerBudget(this.#replyBytesMax)),
        this.#calls.read(context, !context.serializable),
      )
    );
  }

  /** The same range as chunks that are read one by one; of queries that are not {@link unstreamable}. */
  rangeStream(
    query: RangeQuery,
    context: ReadContext,
  ): RequestRefusal | AsyncGenerator<RangeChunk | ReadRefusal> {
    const ports = { replica: this.#replica, calls: this.#calls, layout: this.#layout };
    return validateQuery(query) ?? rangeChunks(query, context, ports);
  }

  put(operation: PutOperation, context: CallContext): RequestRefusal | Promise<OperationResult> {
    return this.#propose(operation, context);
  }

  deleteRange(
    operation: DeleteRangeOperation,
    context: CallContext,
  ): RequestRefusal | Promise<OperationResult> {
    return this.#propose(operation, context);
  }

  /** A transaction that only reads is answered without the log, `serializable` or not as the caller says. */
  txn(
    operation: TxnOperation,
    context: ReadContext,
  ): RequestRefusal | Promise<OperationResult | ReadRefusal> {
    if (!isReadOnlyTxn(operation)) return this.#propose(operation, context);
    return (
      validateOperation(operation, this.#limits) ??
      this.#replica.read(
        (point) =>
          readOnlyTxnSteps(operation, point, this.#layout, new AnswerBudget(this.#replyBytesMax)),
        this.#calls.read(context, !context.serializable),
      )
    );
  }

  /** Gives up all revisions before one, everywhere (etcd-v3.md §5.6). */
  async compact(
    operation: CompactOperation,
    context: CompactContext,
  ): Promise<OperationResult | ReadRefusal> {
    // Below every compact revision there can be.
    if (operation.revision < 0) {
      return compactedRefusal(this.#replica.status().compactRevision);
    }
    const patient = this.#calls.patient(context);
    const result = await this.#replica.propose(operation, this.#calls.call(context));
    if (context.physical && result.kind === "compact") {
      await this.#replica.collected(operation.revision, patient);
    }
    return result;
  }

  #propose(operation: Operation, context: CallContext): RequestRefusal | Promise<OperationResult> {
    return (
      validateOperation(operation, this.#limits) ??
      this.#replica.propose(operation, this.#calls.call(context))
    );
  }
}
