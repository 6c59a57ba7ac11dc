import {
  type Operation,
  type OperationResult,
  operationBytes,
  pointQuery,
} from "@holdfast/state-machine";
import type { EndpointStatus, StatusSource } from "./cluster-status.ts";
import type { Entry } from "./entry.ts";
import { type BytesLike, type KeySelector, toKey } from "./key-selector.ts";
import {
  type CompactAnswer,
  compactAnswer,
  type DeleteAnswer,
  deleteAnswer,
  type PutAnswer,
  putAnswer,
  type RangeAnswer,
  rangeAnswer,
  type TxnAnswer,
  txnAnswer,
} from "./operation-answer.ts";
import type { CallTerms, SessionClient } from "./session-client.ts";
import {
  type PutSettings,
  type RangeSelection,
  type TxnRequest,
  toCompact,
  toDelete,
  toPut,
  toQuery,
  toTxn,
} from "./transaction.ts";

/** Every call takes these, last. */
export interface CallOptions {
  /** Gives up when it fires; a write may still take effect, and the error's `outcome` says whether it may. */
  readonly signal?: AbortSignal;
  /**
   * The whole call, repetitions on other nodes included.
   *
   * @default 5000
   */
  readonly timeoutMs?: number;
}

export interface ReadOptions extends CallOptions {
  /**
   * Takes what the node has applied, however old, without asking the others.
   *
   * @default false: linearizable
   */
  readonly serializable?: boolean;
}

export interface GetOptions extends ReadOptions {
  /** As the key was at this revision; absent: as it is. */
  readonly revision?: number;
}

export interface RangeOptions extends ReadOptions, RangeSelection {}
export interface PutOptions extends CallOptions, PutSettings {}
export interface DeleteOptions extends CallOptions {
  /** Asks for what is deleted. */
  readonly previous?: boolean;
}

/**
 * A connection to a cluster.
 *
 * - Writes take effect exactly once, whatever breaks in between; an error's `outcome`
 *   tells whether a write was `applied`, `not-applied`, or is `unknown`.
 * - What one turn of the event loop asks for travels as one message; without an `await`
 *   in between, calls have no order among each other.
 * - What is missing is `undefined`; exceptions are failures, all of them `HoldfastError`s.
 */
export class Holdfast implements AsyncDisposable {
  readonly #session: SessionClient;
  readonly #statusSource: StatusSource;
  readonly #timeoutMs: number;

  constructor(
    session: SessionClient,
    statusSource: StatusSource,
    options: { readonly timeoutMs: number },
  ) {
    this.#session = session;
    this.#statusSource = statusSource;
    this.#timeoutMs = options.timeoutMs;
  }

  /** Addresses of the cluster's nodes known so far, `host:port`. */
  get endpoints(): readonly string[] {
    return this.#session.addresses;
  }

  /** The node that this client speaks to now; `undefined` while it looks for one. */
  get endpoint(): string | undefined {
    return this.#session.address;
  }

  /** Reads one key. */
  async get(key: BytesLike, options: GetOptions = {}): Promise<Entry | undefined> {
    const query =
      options.revision === undefined
        ? pointQuery(toKey(key))
        : toQuery(toKey(key), { revision: options.revision });
    return rangeAnswer(await this.#session.read(query, this.#readTerms(options))).entries[0];
  }

  /** Reads many keys at one revision, in one answer; mind the limit. */
  async range(keys: KeySelector, options: RangeOptions = {}): Promise<RangeAnswer> {
    return rangeAnswer(await this.#session.read(toQuery(keys, options), this.#readTerms(options)));
  }

  /** Writes one key. */
  async put(key: BytesLike, value: BytesLike, options: PutOptions = {}): Promise<PutAnswer> {
    const operation = toPut(key, value, options);
    const result = await this.#write(operation, options);
    return putAnswer(result, { previous: operation.prevKv });
  }

  /** Deletes one key, or all that a selector takes in. */
  async delete(keys: KeySelector, options: DeleteOptions = {}): Promise<DeleteAnswer> {
    const operation = toDelete(keys, options.previous ?? false);
    return deleteAnswer(await this.#write(operation, options));
  }

  /** Compares, and by the outcome writes and reads, as one. */
  async txn(request: TxnRequest, options: CallOptions = {}): Promise<TxnAnswer> {
    const operation = toTxn(request);
    return txnAnswer(await this.#write(operation, options));
  }

  /**
   * Gives up all revisions before `revision`, on all nodes: reads of them are refused with
   * `COMPACTED` from then on, and the place they took is freed in the background.
   */
  async compact(revision: number, options: CallOptions = {}): Promise<CompactAnswer> {
    return compactAnswer(await this.#write(toCompact(revision), options));
  }

  /** Asks each known node how it is; a node that does not answer is `down`. */
  async status(options: { readonly timeoutMs?: number } = {}): Promise<readonly EndpointStatus[]> {
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    return Promise.all(
      this.endpoints.map((endpoint) => this.#statusSource.status(endpoint, timeoutMs)),
    );
  }

  /** Ends the connection at once; calls that still wait are refused with `CLOSED`. */
  async close(): Promise<void> {
    this.#session.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #write(operation: Operation, options: CallOptions): Promise<OperationResult> {
    return this.#session.write(operation, operationBytes(operation), this.#terms(options));
  }

  #terms({ signal, timeoutMs }: CallOptions): CallTerms {
    return { signal, timeoutMs: timeoutMs ?? this.#timeoutMs };
  }

  #readTerms(options: ReadOptions): CallTerms & { readonly serializable: boolean } {
    return { ...this.#terms(options), serializable: options.serializable ?? false };
  }
}
