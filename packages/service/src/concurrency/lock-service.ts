import type { Revision } from "@holdfast/base";
import type { CallContext } from "../call-context.ts";
import type { KvService } from "../kv-service.ts";
import type { ClaimQueue, PatientContext } from "./claim-queue.ts";
import { answeredTxn } from "./recipe-refused-error.ts";

/** A lock that is held as long as `key` is there. */
export interface HeldLock {
  readonly key: Uint8Array;
  readonly revision: Revision;
}

const EXPIRED = "mutex: session is expired";
const EMPTY = new Uint8Array(0);

/** v3lockpb.Lock: whoever comes first holds a name's lock; it ends with its lease or by unlocking. */
export class LockService {
  readonly #kv: KvService;
  readonly #queue: ClaimQueue;

  constructor(parts: { readonly kv: KvService; readonly queue: ClaimQueue }) {
    this.#kv = parts.kv;
    this.#queue = parts.queue;
  }

  /**
   * Resolves once the lock is held; at once for a lease that holds it. 0n: a lease of a minute is granted.
   *
   * Rejects with RecipeRefusedError where the lease ends meanwhile or is not there.
   */
  async lock(
    asked: { readonly name: Uint8Array; readonly lease: bigint },
    context: PatientContext,
  ): Promise<HeldLock> {
    const { claim, isFirst, storeRevision } = await this.#queue.claim(asked, context);
    const { key } = claim;
    if (isFirst) return { key, revision: storeRevision };
    return { key, revision: await this.#queue.untilFirst(claim, EXPIRED, context) };
  }

  /** Ends a lock, whoever holds it, and is content if nobody does; resolves with the store's revision. */
  async unlock(key: Uint8Array, context: CallContext): Promise<Revision> {
    const remove = { kind: "delete-range", key, rangeEnd: EMPTY, prevKv: false } as const;
    const asked = { kind: "txn", compares: [], success: [remove], failure: [] } as const;
    return (await answeredTxn(this.#kv.txn(asked, { ...context, serializable: false }))).revision;
  }
}
