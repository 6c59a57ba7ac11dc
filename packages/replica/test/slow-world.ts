import type { Clock, Logger, Turn } from "@holdfast/base";
import { type StateLimits, StateStore } from "@holdfast/storage";
import { LaggingEngine } from "./lagging-engine.ts";
import { ManualTime } from "./manual-time.ts";

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Logger;

/** How long an engine's reads take: in the event loop, ms, and off it, turns. */
export interface EngineLag {
  readMs: number;
  turnsAway: number;
}

/**
 * A state store over an engine that takes its time, on a clock that reads move. It
 * counts how long reads hold each turn of the event loop.
 */
export class SlowWorld {
  readonly time: ManualTime = new ManualTime();
  readonly lag: EngineLag;
  readonly engine: LaggingEngine;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly turn: Turn;
  /** The most that one turn was held by reads, ms. */
  longestTurnMs = 0;
  #readMs = 0;
  #inTurn = { turn: 0, ms: 0 };

  constructor(lag: EngineLag, limits: Partial<StateLimits> = {}) {
    this.lag = lag;
    this.turn = this.time;
    this.clock = {
      now: () => this.time.now() + this.#readMs,
      timer: (delayMs, fire) => this.time.timer(delayMs, fire),
    };
    this.engine = new LaggingEngine({
      readInTurn: () => this.#hold(this.lag.readMs),
      readElsewhere: async () => {
        for (let at = 0; at < this.lag.turnsAway; at++) await this.time.next();
      },
    });
    const { engine, clock } = this;
    this.store = StateStore.open({ engine, clock, logger: silent, limits });
  }

  /** Advances time until `promise` is settled. */
  async until<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let round = 0; round < 10_000 && !isSettled; round++) await this.time.advance(1);
    return promise;
  }

  #hold(ms: number): void {
    const { turns } = this.time;
    this.#readMs += ms;
    this.#inTurn = { turn: turns, ms: (this.#inTurn.turn === turns ? this.#inTurn.ms : 0) + ms };
    this.longestTurnMs = Math.max(this.longestTurnMs, this.#inTurn.ms);
  }
}
