import { HoldfastError, type Revision } from "@holdfast/base";
import type { Holdfast } from "@holdfast/client/core";
import { LocalClock } from "../../node/local-clock.ts";
import { ProcessTime } from "../machine/process-time.ts";
import type { SessionWire } from "../wire/session-wire.ts";
import { Calling, type CallingParts } from "./calling.ts";
import { contestedKey } from "./keys.ts";
import { sdkClient } from "./sdk-client.ts";

export interface CompactorParts extends CallingParts {
  readonly wire: SessionWire;
  readonly addresses: readonly string[];
}

/** Every now and then frees what is older than what is there now. */
export class Compactor {
  readonly #parts: CompactorParts;
  readonly #calling: Calling;

  constructor(parts: CompactorParts) {
    this.#parts = parts;
    this.#calling = new Calling(parts);
  }

  start(): void {
    const { timeline, plan } = this.#parts;
    if (plan.compactMs === undefined) return;
    const time = new ProcessTime(timeline, new LocalClock(0, 1));
    const client = sdkClient({ ...this.#parts, time }, plan.timeoutMs);
    this.#calling.every(plan.compactMs, () => this.#compact(client));
  }

  stop(): void {
    this.#calling.stop();
  }

  async #compact(client: Holdfast): Promise<void> {
    try {
      const { revision } = await client.range(contestedKey(0));
      await client.compact(revision);
      if (hasHistory(revision)) this.#parts.marks.hit("history compacted");
    } catch (failure) {
      if (!(failure instanceof HoldfastError)) throw failure;
    }
  }
}

/** The first change of a store makes its revision 2. */
function hasHistory(revision: Revision): boolean {
  return revision > 1;
}
