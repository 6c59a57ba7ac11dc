import { HoldfastError, type Millis } from "@holdfast/base";
import type { Holdfast, Lock } from "@holdfast/client/core";
import type { Dice } from "../../dice.ts";
import type { Marks } from "../../marks.ts";
import { LocalClock } from "../../node/local-clock.ts";
import type { Timeline } from "../../timeline.ts";
import type { FencingLaw } from "../invariants/fencing-law.ts";
import { ProcessTime } from "../machine/process-time.ts";
import type { ServerWorkload } from "../plan/server-workload.ts";
import type { ServerSituation } from "../server-marks.ts";
import type { SessionWire } from "../wire/session-wire.ts";
import type { WatchWire } from "../wire/watch-wire.ts";
import type { CallTeller } from "./call-teller.ts";
import { sdkClient } from "./sdk-client.ts";

export interface LockHoldersParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly plan: ServerWorkload;
  readonly marks: Marks<ServerSituation>;
  readonly wire: SessionWire;
  readonly watchWire: WatchWire;
  readonly addresses: readonly string[];
  readonly law: FencingLaw;
  readonly calls: CallTeller;
  note(kind: string, client: number, subject?: unknown): void;
  failed(failure: unknown): void;
}

const TTL_SECONDS = 2;
/** Between two turns, holders think so much less than others. */
const HASTE = 4;
/** While one holds the lock, ms: a run waits for it at the end. */
const HELD_MS = 500;
const CALL_MS = 5_000;
const NAME = "lock";
/** What the lock protects. */
const PROTECTED = "lock-protected";

/**
 * Clients of the SDK that want the same lock, write what it protects by transactions with its guard, for as long as they
 * think that they hold it and sometimes longer, and release it or leave it to its lease.
 */
export class LockHolders {
  readonly #parts: LockHoldersParts;
  readonly #time: ProcessTime;
  readonly #stop = new AbortController();
  #underWay = 0;

  constructor(parts: LockHoldersParts) {
    this.#parts = parts;
    this.#time = new ProcessTime(parts.timeline, new LocalClock(0, 1));
  }

  get underWay(): number {
    return this.#underWay;
  }

  start(): void {
    const { plan, failed } = this.#parts;
    for (let number = 0; number < plan.lockHolders; number++) this.#contend(number).catch(failed);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #contend(number: number): Promise<void> {
    const client = sdkClient({ ...this.#parts, time: this.#time }, CALL_MS);
    for (let turn = 1; !this.#stop.signal.aborted; turn++) {
      await this.#pause(this.#parts.plan.thinkMs / HASTE);
      if (this.#stop.signal.aborted) break;
      this.#underWay++;
      try {
        await this.#hold(client, `holder ${number}, turn ${turn}`);
      } catch (failure) {
        if (!(failure instanceof HoldfastError)) throw failure;
        this.#parts.note("a holder of the lock failed", number, failure.message);
      } finally {
        this.#underWay--;
      }
    }
    await client.close();
  }

  async #hold(client: Holdfast, holder: string): Promise<void> {
    const { dice, marks } = this.#parts;
    const lock = await client.lock(NAME, { ttlSeconds: TTL_SECONDS, signal: this.#stop.signal });
    marks.hit("lock held");
    const writes = dice.below(4);
    for (let write = 0; write < writes; write++) {
      await this.#pause(HELD_MS);
      await this.#write(client, lock, holder);
    }
    // Some go on as if they had not heard that the lock is lost.
    if (lock.lost.aborted) marks.hit("lock lost");
    if (dice.chance(0.7)) await lock.release();
    else lock.abandon();
  }

  async #write(client: Holdfast, { guard, token }: Lock, holder: string): Promise<void> {
    const { law, marks, calls } = this.#parts;
    const call = calls.begin(false, () => `${holder}: put under the lock, token ${token}`);
    const put = { kind: "put", key: PROTECTED, value: holder } as const;
    try {
      const options = { timeoutMs: CALL_MS };
      const { succeeded, revision } = await client.txn({ compare: [guard], then: [put] }, options);
      call.ended(succeeded ? "done" : "refused", `at revision ${revision}`);
      if (succeeded) law.passed({ token, revision, holder });
      else marks.hit("write fenced off");
    } catch (failure) {
      call.failed(failure instanceof HoldfastError ? failure.outcome : "unknown");
      throw failure;
    }
  }

  #pause(meanMs: Millis): Promise<void> {
    const { timeline, dice } = this.#parts;
    return new Promise((resume) => {
      timeline.after(dice.exponential(meanMs), resume);
    });
  }
}
