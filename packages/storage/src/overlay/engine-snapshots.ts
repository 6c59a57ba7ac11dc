import { type Logger, messageOf } from "@holdfast/base";
import type { Engine, EngineSnapshot } from "../engine.ts";

/** A snapshot of the engine that several Views share. */
export interface SharedSnapshot {
  readonly snapshot: EngineSnapshot;
  users: number;
}

/**
 * Snapshots of the engine, one between two completed flushes: all Views of that
 * time capture the same generations that are not in the engine yet, so one
 * snapshot is right for all of them.
 */
export class EngineSnapshots {
  readonly #engine: Engine;
  readonly #logger: Logger;
  #current: SharedSnapshot | undefined;

  constructor(engine: Engine, logger: Logger) {
    this.#engine = engine;
    this.#logger = logger;
  }

  acquire(): SharedSnapshot {
    if (this.#current?.snapshot.isGone === true) this.#current = undefined;
    this.#current ??= { snapshot: this.#engine.snapshot(), users: 0 };
    this.#current.users++;
    return this.#current;
  }

  release(shared: SharedSnapshot): void {
    shared.users--;
    if (shared.users > 0) return;
    if (this.#current === shared) this.#current = undefined;
    shared.snapshot.close().catch((failure: unknown) => {
      this.#logger.warn({ cause: messageOf(failure) }, "could not close a snapshot of the state");
    });
  }

  /** A flush is complete: what is taken from now on must contain it. */
  renew(): void {
    this.#current = undefined;
  }
}
