import { type Millis, type StoreId, toHex } from "@holdfast/base";
import type { Dice } from "../../dice.ts";
import { LocalClock } from "../../node/local-clock.ts";
import type { MachineDisk } from "./machine-disk.ts";
import type { ServerProcess } from "./server-process.ts";

/** A computer: what outlives the processes that run on it. */
export interface ServerMachine {
  readonly slot: number;
  readonly name: string;
  /** Where it is found by its peers and by clients. */
  readonly peerAddress: string;
  readonly clientAddress: string;
  readonly dice: Dice;
  readonly clock: LocalClock;
  disk: MachineDisk;
  storeId: StoreId;
  /** Its disk was lost while it was a member. */
  wiped: boolean;
  process: ServerProcess | undefined;
  /** Processes that have run on it. */
  lives: number;
  restarting: boolean;
  /** The process is struck down after so many moments of its disk. */
  doom: Doom | undefined;
  /** A write of this life was made to fail: the process may stop over it. */
  diskFailed: boolean;
}

export interface Doom {
  moments: number;
  readonly power: boolean;
}

export function clockOf(dice: Dice, drift: number): LocalClock {
  return new LocalClock(dice.fraction() * 1_000, 1 + drift * (2 * dice.fraction() - 1));
}

export function peerAddressOf(slot: number): string {
  return `n${slot + 1}:2380`;
}

export function clientAddressOf(slot: number): string {
  return `n${slot + 1}:2379`;
}

export function storeIdOf(dice: Dice): StoreId {
  return toHex(Uint8Array.from({ length: 16 }, () => dice.below(256))) as StoreId;
}

/** How many ms a process that is struck down stays down. */
export function drawDownTime(dice: Dice, electionTimeoutMs: Millis): Millis {
  return dice.logarithmic(1, 6 * electionTimeoutMs);
}
