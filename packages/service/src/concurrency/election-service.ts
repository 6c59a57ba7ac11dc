import type { Revision } from "@holdfast/base";
import { CallAbortedError } from "@holdfast/replica";
import { isReadRefusal, type KeyValue, type RangeResult } from "@holdfast/state-machine";
import type { CallContext } from "../call-context.ts";
import type { KvService } from "../kv-service.ts";
import type { WatchService } from "../watch/watch-service.ts";
import { type Claim, type ClaimQueue, firstOf, type PatientContext } from "./claim-queue.ts";
import { KeyFeed } from "./key-feed.ts";
import { RecipeRefusedError } from "./recipe-refused-error.ts";

/** Who leads, as `value` says it, and at which revision of the store that was so. */
export interface ElectedLeader {
  readonly kv: KeyValue;
  readonly revision: Revision;
}

export interface ElectionParts {
  readonly kv: KvService;
  readonly queue: ClaimQueue;
  readonly watches: WatchService;
}

const EXPIRED = "election: session expired";
const NOT_LEADER = "election: not leader";
const NO_LEADER = "election: no leader";

/** v3electionpb.Election: whoever comes first leads, says what it likes by its value, until it resigns or its lease ends. */
export class ElectionService {
  readonly #parts: ElectionParts;

  constructor(parts: ElectionParts) {
    this.#parts = parts;
  }

  /** Resolves once the caller leads; with a lease that has its place already its value is told anew. */
  async campaign(
    asked: { readonly name: Uint8Array; readonly lease: bigint; readonly value: Uint8Array },
    context: PatientContext,
  ): Promise<{ readonly claim: Claim; readonly revision: Revision }> {
    const { queue } = this.#parts;
    const { claim, isFirst, storeRevision } = await queue.claim(asked, context);
    if (isFirst) return { claim, revision: storeRevision };
    return { claim, revision: await queue.untilFirst(claim, EXPIRED, context) };
  }

  /** @throws RecipeRefusedError where somebody else leads, or nobody */
  async proclaim(
    leader: Pick<Claim, "key" | "revision" | "lease">,
    value: Uint8Array,
    context: CallContext,
  ): Promise<Revision> {
    const revision = await this.#parts.queue.retell(leader, value, context);
    if (revision === undefined) throw new RecipeRefusedError(NOT_LEADER);
    return revision;
  }

  resign(leader: Pick<Claim, "key" | "revision">, context: CallContext): Promise<Revision> {
    return this.#parts.queue.release(leader, context);
  }

  /** @throws RecipeRefusedError where nobody leads */
  async leader(name: Uint8Array, context: CallContext): Promise<ElectedLeader> {
    const { kvs, revision } = await this.#first(name, context);
    const [kv] = kvs;
    if (kv === undefined) throw new RecipeRefusedError(NO_LEADER);
    return { kv, revision };
  }

  /** Who leads, and then who leads next or what the leader says anew, for as long as the caller listens. */
  async *observe(name: Uint8Array, context: PatientContext): AsyncGenerator<ElectedLeader> {
    const { signal } = context;
    while (!signal.aborted) {
      const { kvs, revision } = await this.#first(name, context);
      const [kv] = kvs;
      if (kv !== undefined) yield { kv, revision };
      yield* this.#follow(name, kv, revision, context);
    }
  }

  /** What one leader says, until it leads no more; without one, until there may be one. */
  async *#follow(
    name: Uint8Array,
    leader: KeyValue | undefined,
    revision: Revision,
    { requireLeader, signal }: PatientContext,
  ): AsyncGenerator<ElectedLeader> {
    const feed = new KeyFeed(this.#parts.watches, { requireLeader });
    const aborted = new CallAbortedError("the caller no longer listens", "not-applied");
    const abort = (): void => feed.end(aborted);
    signal.addEventListener("abort", abort);
    try {
      const keys = leader === undefined ? firstOf(name).query : { key: leader.key };
      feed.follow({ ...keys, startRevision: revision + 1 });
      while (!signal.aborted) {
        const step = await feed.next();
        if (leader === undefined || step === "lost") return;
        for (const event of step.events) {
          if (event.kind === "delete") return;
          yield { kv: event, revision: event.modRevision };
        }
      }
    } finally {
      signal.removeEventListener("abort", abort);
      feed.close();
    }
  }

  async #first(name: Uint8Array, { requireLeader }: CallContext): Promise<RangeResult> {
    const context = { timeoutMs: Number.POSITIVE_INFINITY, requireLeader, serializable: false };
    const found = await this.#parts.kv.range(firstOf(name).query, context);
    if ("kind" in found) throw new RecipeRefusedError(found.message, found.code);
    if (isReadRefusal(found)) throw new RecipeRefusedError(NO_LEADER);
    return found;
  }
}
