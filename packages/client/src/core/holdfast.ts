import {
  type Operation,
  type OperationResult,
  operationBytes,
  pointQuery,
} from "@holdfast/state-machine";
import { AddressBook } from "./address-book.ts";
import type { ClientLimits } from "./client-limits.ts";
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
import { invalidArgument } from "./request-error.ts";
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
import { Watch, type WatchOptions, type WatchPorts } from "./watch/watch.ts";

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

export interface HoldfastOptions {
  /** How long a call waits that does not say so itself, ms. */
  readonly timeoutMs: number;
  /** Left away, the client cannot watch. */
  readonly watching?: { readonly ports: WatchPorts; readonly limits: ClientLimits } | undefined;
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
  readonly #watching: HoldfastOptions["watching"];
  readonly #watches = new Set<Watch>();

  constructor(session: SessionClient, statusSource: StatusSource, options: HoldfastOptions) {
    this.#session = session;
    this.#statusSource = statusSource;
    this.#timeoutMs = options.timeoutMs;
    this.#watching = options.watching;
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

  /**
   * Follows what becomes of one key or many, also when nodes fail:
   *
   * ```ts
   * for await (const change of client.watch({ prefix: "carts/" }, { from: revision + 1 })) {
   *   console.log(change.kind, change.key, change.entry?.text());
   * }
   * ```
   */
  watch(keys: KeySelector, options: WatchOptions = {}): Watch {
    if (this.#watching === undefined)
      throw invalidArgument("this client has no transport for watches");
    const { ports, limits } = this.#watching;
    const addresses = new AddressBook(this.endpoints, {
      most: limits.addressesMax,
      start: ports.random.uint32(),
    });
    const closed = (watch: Watch): void => void this.#watches.delete(watch);
    const watch = new Watch(ports, keys, { options, addresses, limits, closed });
    this.#watches.add(watch);
    return watch;
  }

  /** Asks each known node how it is; a node that does not answer is `down`. */
  async status(options: { readonly timeoutMs?: number } = {}): Promise<readonly EndpointStatus[]> {
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    return Promise.all(
      this.endpoints.map((endpoint) => this.#statusSource.status(endpoint, timeoutMs)),
    );
  }

  /** Ends the connection and all watches at once; calls that still wait are refused with `CLOSED`. */
  async close(): Promise<void> {
    for (const watch of [...this.#watches]) watch.close();
    this.#watching?.ports.transport.close();
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
