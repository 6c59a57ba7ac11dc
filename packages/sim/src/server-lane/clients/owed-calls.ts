import { HoldfastError, type Millis } from "@holdfast/base";
import type { Holdfast } from "@holdfast/client/core";
import type { Dice } from "../../dice.ts";
import { LocalClock } from "../../node/local-clock.ts";
import type { Timeline } from "../../timeline.ts";
import { ProcessTime } from "../machine/process-time.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import { Owed } from "../owed.ts";
import type { SessionWire } from "../wire/session-wire.ts";
import type { UnaryWire } from "../wire/unary-wire.ts";
import type { WatchWire } from "../wire/watch-wire.ts";
import { sdkClient } from "./sdk-client.ts";

export interface OwedCallsParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly wire: SessionWire;
  readonly watchWire: WatchWire;
  readonly unary: UnaryWire;
  readonly addresses: readonly string[];
  failed(failure: unknown): void;
}

/** Clients that were there before, by name. */
export type KnownClients = ReadonlyMap<string, Holdfast>;

const CALL_MS = 5_000;
const TTL_SECONDS = 2;
/** Far from those that others take. */
const FIRST_LEASE = 1_000_000n;

/**
 * What everybody may ask of a cluster of which no more than a minority is gone: of each node by etcd's calls, by
 * clients that were there all the time, and by one that comes now. Each is tried until it is done.
 */
export class OwedCalls {
  readonly #parts: OwedCallsParts;
  readonly #time: ProcessTime;
  readonly #owed: Owed;

  constructor(parts: OwedCallsParts) {
    this.#parts = parts;
    this.#owed = new Owed(parts.timeline, parts.failed);
    this.#time = new ProcessTime(parts.timeline, new LocalClock(0, 1));
  }

  /** What nobody has answered yet. */
  get open(): readonly string[] {
    return this.#owed.open;
  }

  ask(nodes: readonly ServerMachine[], known: KnownClients): void {
    for (const node of nodes) {
      this.#owed.owe(`a put of ${node.name}`, () => this.#put(node));
      this.#owed.owe(`a lease of ${node.name}`, () => this.#grantAndRevoke(node));
    }
    for (const [name, client] of known) {
      const key = keyOf(`known/${name}`);
      this.#owed.owe(`a put of client ${name}`, () => client.put(key, "v", { timeoutMs: CALL_MS }));
    }
    const newcomer = sdkClient({ ...this.#parts, time: this.#time }, CALL_MS);
    this.#owed.owe("a put of a new client", () => newcomer.put(keyOf("new"), "v"));
    this.#owed.owe("a read of a new client", () => newcomer.get(keyOf("new")));
    this.#owed.owe("a lock of a new client", async () => {
      const lock = await newcomer.lock(keyOf("lock"), { ttlSeconds: TTL_SECONDS });
      await lock.release();
    });
    this.#owed.owe("a watch of a new client", () => watchOwnPut(newcomer));
  }

  async #put(node: ServerMachine): Promise<void> {
    const key = bytesOf(keyOf(node.name));
    const put = { kind: "put", key, value: key, lease: 0n } as const;
    const options = { prevKv: false, ignoreValue: false, ignoreLease: false } as const;
    const answer = await this.#parts.unary.call(node, CALL_MS, async (kv) =>
      kv.put({ ...put, ...options }, CONTEXT),
    );
    refuseAllBut("put", answer);
  }

  async #grantAndRevoke(node: ServerMachine): Promise<void> {
    const { unary } = this.#parts;
    const id = FIRST_LEASE + BigInt(node.slot);
    const granted = await unary.call(node, CALL_MS, async (_, lease) =>
      lease.grant({ id, ttlSeconds: TTL_SECONDS }, CONTEXT),
    );
    refuseAllBut("granted", granted);
    const revoked = await unary.call(node, CALL_MS, (_, lease) => lease.revoke(id, CONTEXT));
    refuseAllBut("lease-revoke", revoked);
  }
}

const CONTEXT: { readonly timeoutMs: Millis; readonly requireLeader: boolean } = {
  timeoutMs: CALL_MS,
  requireLeader: false,
};

/** A node answers, but not what was asked for: an earlier try may be to blame, so it is tried again. */
class OtherAnswerError extends HoldfastError {
  readonly code = "OTHER_ANSWER";
  readonly outcome = "not-applied";
  readonly retryable = true;
}

function refuseAllBut(kind: string, answer: { readonly kind?: string } | object): void {
  if (!("kind" in answer) || answer.kind !== kind) {
    throw new OtherAnswerError(
      `${"kind" in answer ? answer.kind : "a refusal"} instead of ${kind}`,
    );
  }
}

/** Hears of what it puts while it watches. */
async function watchOwnPut(client: Holdfast): Promise<void> {
  const key = keyOf("watched");
  await using watch = client.watch(key);
  await watch.following;
  await client.put(key, "v");
  if ((await watch.next()).done === true) throw new OtherAnswerError("the watch ended");
}

function keyOf(name: string): string {
  return `owed/${name}`;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
