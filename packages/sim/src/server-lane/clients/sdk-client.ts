import { HoldfastError, type Millis } from "@holdfast/base";
import { CLIENT_LIMITS, Holdfast, SessionClient } from "@holdfast/client/core";
import type { Dice } from "../../dice.ts";
import type { ProcessTime } from "../machine/process-time.ts";
import type { SessionWire } from "../wire/session-wire.ts";
import type { WatchWire } from "../wire/watch-wire.ts";

export interface SdkClientParts {
  readonly time: ProcessTime;
  readonly dice: Dice;
  readonly wire: SessionWire;
  /** Left away: it watches nothing. */
  readonly watchWire?: WatchWire;
  readonly addresses: readonly string[];
  failed(failure: unknown): void;
}

/** Longer than any run. */
const OPENING_MS = 3_600_000;

/** A client of the SDK, on the clock and the wires of the world; its calls have `timeoutMs` unless they say another. */
export function sdkClient(parts: SdkClientParts, timeoutMs: Millis): Holdfast {
  const { time, dice, wire, watchWire, addresses, failed } = parts;
  const { random } = dice;
  const limits = CLIENT_LIMITS;
  const session = new SessionClient(
    { clock: time, turn: time, random, transport: wire },
    { addresses: dice.shuffled(addresses), limits },
  );
  session.open({ timeoutMs: OPENING_MS }).catch((failure: unknown) => {
    // It left before it had reached anybody.
    if (!(failure instanceof HoldfastError && failure.code === "CLOSED")) failed(failure);
  });
  const nobody = { status: () => Promise.reject(new Error("nobody asks for it here")) };
  const watching = watchWire && { ports: { transport: watchWire, clock: time, random }, limits };
  return new Holdfast(session, nobody, { timeoutMs, ...(watching && { watching }) });
}
