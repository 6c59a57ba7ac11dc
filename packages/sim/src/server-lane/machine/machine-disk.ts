import type { Millis } from "@holdfast/base";
import { type Boot, type Changed, type Crash, CrashDisk } from "@holdfast/storage/faults";
import type { Dice } from "../../dice.ts";
import type { Timeline } from "../../timeline.ts";
import type { ProcessTime } from "./process-time.ts";

export interface MachineDiskParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  /** Most writes take about so long, ms. */
  readonly writeMs: Millis;
  /** Those of an engine's rows take so much longer, ms. */
  readonly rowsMs: Millis;
  /** Who writes now; the end of a write is handed to whoever began it. */
  process(): ProcessTime | undefined;
  /** A write begins or ends; the process may be struck down right here. */
  passes(): void;
}

/** A disk whose writes take time, that may stall, fail, and lose what was not durable. */
export class MachineDisk {
  readonly #parts: MachineDiskParts;
  readonly #disk: CrashDisk;
  #stalledUntil: Millis = 0;

  constructor(parts: MachineDiskParts) {
    this.#parts = parts;
    this.#disk = new CrashDisk({
      random: parts.dice.random,
      takeTime: (of) => new Promise((ended) => this.#plan(of, ended)),
    });
  }

  boot(): Boot {
    return this.#disk.boot();
  }

  crash(crash: Crash): void {
    this.#disk.crash(crash);
  }

  stall(until: Millis): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, until);
  }

  /** What is written from now on takes its usual time. */
  heal(): void {
    this.#stalledUntil = 0;
  }

  /** The next change fails. */
  failNext(): void {
    this.#disk.failAt(0);
  }

  #plan(of: Changed, ended: () => void): void {
    const { timeline, dice, writeMs, rowsMs, process, passes } = this.#parts;
    const usual = of === "rows" ? writeMs + rowsMs : writeMs;
    const writer = process();
    const begun = Math.max(timeline.now, this.#stalledUntil);
    timeline.at(begun + usual * (0.3 + dice.exponential(0.7)), () =>
      writer?.run(() => {
        ended();
        passes();
      }),
    );
    passes();
  }
}
