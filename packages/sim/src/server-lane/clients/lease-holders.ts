import { HoldfastError, type Millis } from "@holdfast/base";
import type { CallContext, KvService, LeaseService } from "@holdfast/service";
import { pointQuery } from "@holdfast/state-machine";
import type { Dice } from "../../dice.ts";
import type { Marks } from "../../marks.ts";
import type { Timeline } from "../../timeline.ts";
import { require } from "../../violation.ts";
import type { Asked, LeaseLaw } from "../invariants/lease-law.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import type { ServerWorkload } from "../plan/server-workload.ts";
import type { ServerSituation } from "../server-marks.ts";
import type { UnaryWire } from "../wire/unary-wire.ts";

export interface LeaseHoldersParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly plan: ServerWorkload;
  readonly marks: Marks<ServerSituation>;
  readonly wire: UnaryWire;
  readonly machines: readonly ServerMachine[];
  readonly law: LeaseLaw;
  note(kind: string, client: number, subject?: unknown): void;
  failed(failure: unknown): void;
}

interface Services {
  readonly kv: KvService;
  readonly lease: LeaseService;
}

/** One lease of a holder, until it is known to be gone or nobody looks at it any more. */
interface Held {
  readonly holder: number;
  readonly id: bigint;
  readonly ttlMs: Millis;
  hasKey: boolean;
  isGone: boolean;
}

const TTL_SECONDS_MAX = 6;
const ROUNDS_MAX = 8;
/** Holders think so much less than others. */
const HASTE = 4;
const TIMEOUT_MS = { least: 300, most: 8_000 } as const;
/** Where the keys of leases stand. */
const PREFIX = "lease/";

/**
 * Clients that hold leases: they grant one, hang a key on it, renew it in time or at the last moment, look at it, and
 * revoke it or let it die. Each call goes to a node by chance; what it tells is held against the {@link LeaseLaw}.
 */
export class LeaseHolders {
  readonly #parts: LeaseHoldersParts;
  #lastId = 0n;
  #isOver = false;
  #underWay = 0;

  constructor(parts: LeaseHoldersParts) {
    this.#parts = parts;
  }

  get underWay(): number {
    return this.#underWay;
  }

  start(): void {
    const { plan, failed } = this.#parts;
    for (let holder = 0; holder < plan.leaseHolders; holder++) this.#hold(holder).catch(failed);
  }

  stop(): void {
    this.#isOver = true;
  }

  /** When all leases have ended, nothing that hung on one is left. */
  async judge(): Promise<void> {
    const query = { ...pointQuery(bytesOf(PREFIX)), rangeEnd: bytesOf("lease0") };
    let keysLeft: number | undefined;
    // A spare node, or one that was removed, has no answer.
    while (keysLeft === undefined) {
      await this.#trying(0, async () => {
        const { answer } = await this.#call(({ kv }, context) =>
          settled(kv.range(query, { ...context, serializable: false })),
        );
        if ("count" in answer) keysLeft = answer.count;
      });
    }
    require(keysLeft === 0, "I22", () => `${keysLeft} keys outlive their leases`);
  }

  async #hold(holder: number): Promise<void> {
    while (!this.#isOver) {
      await this.#pause(this.#parts.dice.exponential(this.#parts.plan.thinkMs / HASTE));
      if (this.#isOver) return;
      await this.#trying(holder, () => this.#live(holder));
    }
  }

  async #live(holder: number): Promise<void> {
    const { dice } = this.#parts;
    const held = await this.#grant(holder);
    if (held === undefined) return;
    const rounds = dice.below(ROUNDS_MAX);
    const paceMs = held.ttlMs * (dice.chance(0.5) ? 0.3 : 0.9 + 0.15 * dice.fraction());
    for (let round = 0; round < rounds && this.#goesOn(held); round++) {
      if (dice.chance(0.4)) await this.#trying(holder, () => this.#put(held));
      await this.#pause(paceMs);
      await this.#trying(holder, () => this.#renew(held));
      if (dice.chance(0.3)) await this.#trying(holder, () => this.#look(held));
    }
    if (!this.#goesOn(held)) return;
    if (dice.chance(0.4)) await this.#trying(holder, () => this.#revoke(held));
    else await this.#pause(held.ttlMs * (0.5 + 2 * dice.fraction()));
    await this.#trying(holder, () => this.#look(held));
    await this.#trying(holder, () => this.#renew(held));
  }

  async #grant(holder: number): Promise<Held | undefined> {
    const { dice, law } = this.#parts;
    this.#lastId++;
    const id = this.#lastId;
    const ttlSeconds = dice.between(1, TTL_SECONDS_MAX);
    const { answer, ...asked } = await this.#call(({ lease }, context) =>
      settled(lease.grant({ id, ttlSeconds }, context)),
    );
    if (answer.kind !== "granted") return undefined;
    law.granted(id, answer.ttlSeconds, asked);
    return { holder, id, ttlMs: answer.ttlSeconds * 1000, hasKey: false, isGone: false };
  }

  async #renew(held: Held): Promise<void> {
    const { law, marks } = this.#parts;
    const { answer, ...asked } = await this.#call(({ lease }, context) =>
      lease.renew(held.id, context),
    );
    if (answer === 0) return this.#gone(held, asked, "was not renewed");
    law.renewed(held.id, asked);
    marks.hit("lease renewed");
  }

  async #put(held: Held): Promise<void> {
    const key = keyOf(held);
    const put = { kind: "put", key, value: key, lease: held.id } as const;
    const options = { prevKv: false, ignoreValue: false, ignoreLease: false } as const;
    const { answer, ...asked } = await this.#call(({ kv }, context) =>
      settled(kv.put({ ...put, ...options }, context)),
    );
    if (answer.kind === "failed" && answer.failure.reason === "lease-not-found") {
      return this.#gone(held, asked, "was not found by a put");
    }
    if (answer.kind !== "put") return;
    this.#parts.law.seen(held.id, asked, "took a key");
    held.hasKey = true;
  }

  /** The key is there as long as the lease is. */
  async #look(held: Held): Promise<void> {
    if (!held.hasKey) return;
    const { answer, ...asked } = await this.#call(({ kv }, context) =>
      settled(kv.range(pointQuery(keyOf(held)), { ...context, serializable: false })),
    );
    if (!("count" in answer)) return;
    if (answer.count === 0) return this.#gone(held, asked, "had no key any more");
    this.#parts.law.seen(held.id, asked, "had its key");
  }

  async #revoke(held: Held): Promise<void> {
    const { law, marks } = this.#parts;
    law.revoking(held.id);
    const { answer, ...asked } = await this.#call(({ lease }, context) =>
      lease.revoke(held.id, context),
    );
    const isGone = answer.kind === "lease-revoke" || answer.kind === "failed";
    if (!isGone) return;
    law.gone(held.id, asked, "was revoked");
    if (answer.kind === "lease-revoke") marks.hit("lease revoked");
  }

  #gone(held: Held, asked: Asked, how: string): void {
    const { law, marks } = this.#parts;
    law.gone(held.id, asked, how);
    if (!held.isGone) marks.hit("lease ended");
    held.isGone = true;
  }

  #goesOn(held: Held): boolean {
    return !held.isGone && !this.#isOver;
  }

  /** A call that fails tells nothing of a lease. */
  async #trying(holder: number, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (failure) {
      if (!(failure instanceof HoldfastError) || failure.code === "VIOLATION") throw failure;
      this.#parts.note("a call for a lease failed", holder, failure.message);
    }
  }

  async #call<Answer>(
    act: (services: Services, context: CallContext) => Promise<Answer>,
  ): Promise<Asked & { readonly answer: Answer }> {
    const { dice, machines, wire, timeline } = this.#parts;
    const timeoutMs = dice.logarithmic(TIMEOUT_MS.least, TIMEOUT_MS.most);
    const askedAt = timeline.now;
    this.#underWay++;
    try {
      const answer = await wire.call(dice.pick(machines) as ServerMachine, timeoutMs, (kv, lease) =>
        act({ kv, lease }, { timeoutMs, requireLeader: false }),
      );
      return { askedAt, toldAt: timeline.now, answer };
    } finally {
      this.#underWay--;
    }
  }

  #pause(ms: Millis): Promise<void> {
    return new Promise((resume) => {
      this.#parts.timeline.after(ms, resume);
    });
  }
}

/** What is refused at once is no promise. */
async function settled<Answer>(answer: Answer): Promise<Awaited<Answer>> {
  return await answer;
}

function keyOf({ id }: Held): Uint8Array {
  return bytesOf(`${PREFIX}${id}`);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
