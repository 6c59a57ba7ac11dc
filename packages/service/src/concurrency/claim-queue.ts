import { type AbortSignalLike, assert, type Revision } from "@holdfast/base";
import { CallAbortedError } from "@holdfast/replica";
import {
  type KeyValue,
  type PutOperation,
  pointQuery,
  type RangeOperation,
  type RangeResult,
  type TxnBranchOperation,
  type TxnOperation,
  type TxnResult,
} from "@holdfast/state-machine";
import type { CallContext } from "../call-context.ts";
import type { KvService } from "../kv-service.ts";
import type { LeaseService } from "../lease-service.ts";
import type { WatchService } from "../watch/watch-service.ts";
import { KeyFeed } from "./key-feed.ts";
import { answeredTxn, RecipeRefusedError, refusalOf } from "./recipe-refused-error.ts";

type Compare = TxnOperation["compares"][number];

/** A call that may wait for as long as its caller does. */
export interface PatientContext extends CallContext {
  /** The caller no longer waits. */
  readonly signal: AbortSignalLike;
}

export interface ClaimQueueParts {
  readonly kv: KvService;
  readonly watches: WatchService;
  readonly lease: LeaseService;
}

/** A place in the queue for a name. It is lost with its lease. */
export interface Claim {
  readonly name: Uint8Array;
  readonly key: Uint8Array;
  readonly lease: bigint;
  /** At which it was made: the lowest of a name is its holder. */
  readonly revision: Revision;
  /** At which a call asked for it: the last one to ask has it, and may give it up. */
  readonly askedAt: Revision;
}

/** What became of asking for a place. */
export interface Claimed {
  readonly claim: Claim;
  /** Nobody stands before it. */
  readonly isFirst: boolean;
  readonly storeRevision: Revision;
}

/** How long a claim lives whose caller brought no lease, s, as etcd has it. */
const OWN_LEASE_SECONDS = 60;
const SLASH = 0x2f;
const EMPTY: Uint8Array = new Uint8Array(0);
/** A step of a recipe takes as long as the server allows it. */
const STEP_MS = Number.POSITIVE_INFINITY;

/**
 * Queues of claims, one for each name, in the form that etcd's clients know: the key
 * `<name>/<lease in hex>`, first come first served by create revision (etcd-v3.md §5.12).
 */
export class ClaimQueue {
  readonly #parts: ClaimQueueParts;

  constructor(parts: ClaimQueueParts) {
    this.#parts = parts;
  }

  /**
   * Takes a place for a lease, or takes over the one that it has, which then belongs to this call: a
   * client that asks another node again is still there when its first call ends. Without a value the
   * place keeps its own.
   *
   * Rejects where the caller no longer waits by then; a place that was made for it is given up.
   */
  async claim(
    asked: { readonly name: Uint8Array; readonly lease: bigint; readonly value?: Uint8Array },
    { requireLeader, signal }: PatientContext,
  ): Promise<Claimed> {
    const context = { timeoutMs: STEP_MS, requireLeader };
    const { name, value = EMPTY } = asked;
    const lease = asked.lease === 0n ? await this.#grantLease(context) : asked.lease;
    const key = concat(prefixOf(name), ascii(lease.toString(16)));
    const result = await this.#txn(
      {
        compares: [createdAt(key, 0)],
        success: [put({ key, value, lease }), firstOf(name)],
        failure: [
          { kind: "range", query: pointQuery(key) },
          firstOf(name),
          put({ key, value, lease, ignoreValue: asked.value === undefined }),
        ],
      },
      context,
    );
    const before = result.succeeded ? undefined : rangeAt(result, 0).kvs[0];
    const revision = before?.createRevision ?? result.revision;
    const claim = { name, key, lease, revision, askedAt: result.revision };
    if (signal.aborted) {
      // One that was there is kept: this call may have come behind the one that its client made after it.
      if (result.succeeded) this.#giveUp(claim);
      throw abortedError();
    }
    const first = rangeAt(result, 1).kvs[0];
    return {
      claim,
      isFirst: first === undefined || first.createRevision === revision,
      storeRevision: result.revision,
    };
  }

  /**
   * Resolves with the store's revision at which all who stood before a claim were gone, and it was there.
   *
   * Rejects where the claim is lost meanwhile, with `expired`. Where it fails otherwise, or the caller no
   * longer waits, the claim is given up, unless another call has asked for it since: nobody stands
   * behind a caller that has gone.
   */
  async untilFirst(claim: Claim, expired: string, context: PatientContext): Promise<Revision> {
    const { signal, requireLeader } = context;
    const aborted = abortedError();
    let feed: KeyFeed | undefined;
    const abort = (): void => feed?.end(aborted);
    signal.addEventListener("abort", abort);
    try {
      feed = new KeyFeed(this.#parts.watches, { requireLeader });
      let isOwnFollowed = false;
      while (!signal.aborted) {
        const { last, revision } = await this.#lastBefore(claim, expired, requireLeader);
        // Nobody would know that a caller that has gone meanwhile holds it.
        if (signal.aborted) break;
        if (last === undefined) return revision;
        const startRevision = revision + 1;
        if (!isOwnFollowed) feed.follow({ key: claim.key, startRevision, deletions: true });
        isOwnFollowed = true;
        feed.follow({ key: last.key, startRevision, deletions: true });
        if ((await feed.next()) !== "lost") continue;
        // What it followed is not told any more; what is lost with it shows at the next look.
        feed.close();
        feed = new KeyFeed(this.#parts.watches, { requireLeader });
        isOwnFollowed = false;
      }
      throw aborted;
    } catch (failure) {
      if (!isExpiry(failure, expired)) this.#giveUp(claim);
      throw failure;
    } finally {
      signal.removeEventListener("abort", abort);
      feed?.close();
    }
  }

  /** Gives a claim up, if it is still there; resolves with the store's revision. */
  async release(claim: Pick<Claim, "key" | "revision">, context: CallContext): Promise<Revision> {
    return this.#remove(claim.key, createdAt(claim.key, claim.revision), context);
  }

  /** Gives a claim another value, if it is still there; `undefined` if it is not. */
  async retell(
    { key, revision, lease }: Pick<Claim, "key" | "revision" | "lease">,
    value: Uint8Array,
    context: CallContext,
  ): Promise<Revision | undefined> {
    const compares = [createdAt(key, revision)];
    const asked = { compares, success: [put({ key, value, lease })], failure: [] };
    const result = await this.#txn(asked, context);
    return result.succeeded ? result.revision : undefined;
  }

  /**
   * Nobody is told what comes of it: without it the claim stands until its lease ends. Where no leader
   * is known it waits for one, as that may be why the claim is given up.
   */
  #giveUp({ key, askedAt }: Claim): void {
    const unlessAskedSince = revisionIs(key, "mod", askedAt);
    const context = { timeoutMs: STEP_MS, requireLeader: false };
    this.#remove(key, unlessAskedSince, context).catch(() => undefined);
  }

  /** Resolves with the store's revision, whether it was there or not. */
  async #remove(key: Uint8Array, guard: Compare, context: CallContext): Promise<Revision> {
    const remove = { kind: "delete-range", key, rangeEnd: EMPTY, prevKv: false } as const;
    const asked = { compares: [guard], success: [remove], failure: [] };
    return (await this.#txn(asked, context)).revision;
  }

  /** Who stands right before a claim, if anybody does. */
  async #lastBefore(
    { name, key, revision }: Claim,
    expired: string,
    requireLeader: boolean,
  ): Promise<{ readonly last: KeyValue | undefined; readonly revision: Revision }> {
    const before: RangeOperation = {
      kind: "range",
      query: {
        ...firstOf(name).query,
        sortOrder: "descend",
        maxCreateRevision: revision - 1,
      },
    };
    const asked = { compares: [createdAt(key, revision)], success: [before], failure: [] };
    const result = await this.#txn(asked, { timeoutMs: STEP_MS, requireLeader });
    if (!result.succeeded) throw new RecipeRefusedError(expired);
    return { last: rangeAt(result, 0).kvs[0], revision: result.revision };
  }

  /** Nobody keeps it alive. */
  async #grantLease(context: CallContext): Promise<bigint> {
    const ttlSeconds = OWN_LEASE_SECONDS;
    const granted = await this.#parts.lease.grant({ id: 0n, ttlSeconds }, context);
    if (granted.kind === "granted") return granted.id;
    throw refusalOf(granted);
  }

  #txn(asked: Omit<TxnOperation, "kind">, context: CallContext): Promise<TxnResult> {
    const operation: TxnOperation = { kind: "txn", ...asked };
    return answeredTxn(this.#parts.kv.txn(operation, { ...context, serializable: false }));
  }
}

/** All claims of a name, the first to come alone. */
export function firstOf(name: Uint8Array): RangeOperation {
  const key = prefixOf(name);
  const rangeEnd = key.slice();
  rangeEnd[rangeEnd.length - 1] = SLASH + 1;
  const order = { sortTarget: "create", sortOrder: "ascend", limit: 1 } as const;
  return { kind: "range", query: { ...pointQuery(key), rangeEnd, ...order } };
}

function prefixOf(name: Uint8Array): Uint8Array {
  return concat(name, Uint8Array.of(SLASH));
}

function createdAt(key: Uint8Array, revision: Revision): Compare {
  return revisionIs(key, "create", revision);
}

function revisionIs(key: Uint8Array, target: "create" | "mod", revision: Revision): Compare {
  return { key, rangeEnd: EMPTY, target, result: "equal", operand: BigInt(revision) };
}

function put(
  of: Pick<PutOperation, "key" | "value" | "lease"> & Partial<Pick<PutOperation, "ignoreValue">>,
): TxnBranchOperation {
  return { kind: "put", prevKv: false, ignoreValue: false, ignoreLease: false, ...of };
}

/** The claim is not there any more. */
function isExpiry(failure: unknown, expired: string): boolean {
  return failure instanceof RecipeRefusedError && failure.message === expired;
}

function abortedError(): CallAbortedError {
  return new CallAbortedError("the caller no longer waits", "not-applied");
}

function rangeAt(result: TxnResult, at: number): RangeResult {
  const step = result.responses[at];
  assert(step?.kind === "range", "a range of a transaction is answered by a range");
  return step.range;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
