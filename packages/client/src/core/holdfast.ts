import { randomWireId } from "@holdfast/base";
import {
  type Operation,
  type OperationResult,
  operationBytes,
  pointQuery,
} from "@holdfast/state-machine";
import { AddressBook } from "./address-book.ts";
import { type ClaimOptions, claim } from "./claims/claim.ts";
import { Leadership } from "./claims/leadership.ts";
import { Lock } from "./claims/lock.ts";
import { leaderOf, observeLeaders } from "./claims/observe-leaders.ts";
import type { ClientLimits } from "./client-limits.ts";
import type { EndpointStatus, StatusSource } from "./cluster-status.ts";
import type { Entry } from "./entry.ts";
import { type BytesLike, type KeySelector, toKey } from "./key-selector.ts";
import { LEASE_TTL_SECONDS, Lease, type LeaseOptions } from "./leases/lease.ts";
import { toLeaseId, toTtlSeconds } from "./leases/lease-arguments.ts";
import {
  type CompactAnswer,
  compactAnswer,
  type DeleteAnswer,
  deleteAnswer,
  failureError,
  type PutAnswer,
  putAnswer,
  type RangeAnswer,
  rangeAnswer,
  refusal,
  type TxnAnswer,
  txnAnswer,
} from "./operation-answer.ts";
import { closedError, invalidArgument } from "./request-error.ts";
import type { CallTerms, SessionClient, SessionPorts } from "./session-client.ts";
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
  readonly #leases = new Set<Lease>();
  readonly #ports: Pick<SessionPorts, "clock" | "random">;
  #isClosed = false;

  constructor(session: SessionClient, statusSource: StatusSource, options: HoldfastOptions) {
    this.#session = session;
    this.#statusSource = statusSource;
    this.#timeoutMs = options.timeoutMs;
    this.#watching = options.watching;
    this.#ports = session.ports;
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
    if (this.#isClosed) throw closedError("not-applied");
    const { ports, limits } = this.#watching;
    const addresses = new AddressBook(this.endpoints, {
      most: limits.addressesMax,
      start: ports.random.uint32(),
    });
    const watch = new Watch(ports, keys, {
      options,
      addresses,
      limits,
      known: () => this.endpoints,
      closed: (ended) => void this.#watches.delete(ended),
    });
    this.#watches.add(watch);
    return watch;
  }

  /**
   * Grants a lease and keeps it alive until it is revoked or the client is closed.
   *
   * ```ts
   * await using lease = await client.lease({ ttlSeconds: 5 });
   * await client.put("workers/1", "here", { lease: lease.id });
   * ```
   */
  async lease(options: LeaseOptions = {}): Promise<Lease> {
    const { clock } = this.#ports;
    const ttlSeconds = toTtlSeconds(options.ttlSeconds ?? LEASE_TTL_SECONDS);
    const id = BigInt(randomWireId(this.#ports.random));
    const grantedAt = clock.now();
    const granted = await this.#write({ kind: "lease-grant", id, ttlSeconds }, {});
    if (granted.kind !== "lease-grant") throw refusal(granted, "lease-grant");
    // Closed between the answer and here: nobody would end what keeps it alive.
    if (this.#isClosed) throw closedError("applied");
    const lease: Lease = new Lease(
      { id, ttlSeconds, grantedAt },
      {
        clock,
        write: (operation, timeoutMs) => this.#write(operation, { timeoutMs }),
        closed: (ended) => void this.#leases.delete(ended),
      },
    );
    this.#leases.add(lease);
    return lease;
  }

  /** Ends any lease by its id, and deletes all that hangs on it. @throws RequestError `LEASE_NOT_FOUND` */
  async revokeLease(id: bigint, options: CallOptions = {}): Promise<void> {
    const revoke = { kind: "lease-revoke", id: toLeaseId(id), expiry: undefined } as const;
    const revoked = await this.#write(revoke, options);
    if (revoked.kind !== "lease-revoke") throw refusal(revoked, "lease-revoke");
  }

  /** Gives any lease all of its time again; resolves with how long it lives from now on, s. @throws RequestError `LEASE_NOT_FOUND` */
  async renewLease(id: bigint, options: CallOptions = {}): Promise<number> {
    const renewed = await this.#write({ kind: "lease-renew", ids: [toLeaseId(id)] }, options);
    if (renewed.kind !== "lease-renew") throw refusal(renewed, "lease-renew");
    const [ttlSeconds = 0] = renewed.ttls;
    if (ttlSeconds <= 0) throw failureError({ reason: "lease-not-found" });
    return ttlSeconds;
  }

  /**
   * Waits for a lock, first come first served, and holds it until it is released; with a lease that
   * is kept alive, so that it passes on when this process dies.
   *
   * ```ts
   * await using lock = await client.lock("settle");
   * await client.txn({ compare: [lock.guard], then: [...] });
   * ```
   */
  async lock(name: BytesLike, options: ClaimOptions = {}): Promise<Lock> {
    return new Lock(await claim(this, { name, value: "" }, options));
  }

  /** Waits until it leads an election, first come first served, and then says `value`. */
  async campaign(
    name: BytesLike,
    value: BytesLike,
    options: ClaimOptions = {},
  ): Promise<Leadership> {
    return new Leadership(await claim(this, { name, value }, options), this);
  }

  /** Who leads an election, as the entry of its claim. */
  async leader(name: BytesLike): Promise<Entry | undefined> {
    return (await leaderOf(this, name)).entry;
  }

  /** Who leads an election, and then each change of it; `undefined`: nobody. */
  observe(
    name: BytesLike,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Entry | undefined> {
    return observeLeaders(this, name, options.signal);
  }

  /** Asks each known node how it is; a node that does not answer is `down`. */
  async status(options: { readonly timeoutMs?: number } = {}): Promise<readonly EndpointStatus[]> {
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    return Promise.all(
      this.endpoints.map((endpoint) => this.#statusSource.status(endpoint, timeoutMs)),
    );
  }

  /**
   * Ends the connection and all watches at once, and keeps no lease alive any more; calls that still wait, or come
   * later, are refused with `CLOSED`. Resolves when the node has heard of it, within a second.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const watch of [...this.#watches]) watch.close();
    for (const lease of [...this.#leases]) lease.abandon();
    this.#watching?.ports.transport.close();
    await this.#session.close();
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
