import type { Millis } from "@holdfast/base";
import type { FaultStory } from "../../report-page/story.ts";
import type { ServerFaultKind } from "../plan/server-plan.ts";
import type { ServerRunResult } from "../run-server-seed.ts";
import type { ServerObserver } from "../server-observer.ts";

/** A run of whole nodes, and what came about in it. */
export interface RecordedRun {
  readonly run: ServerRunResult;
  readonly faults: readonly FaultStory[];
  /** Calls of clients. */
  readonly calls: number;
  /** When the faults were to begin; `undefined`: it did not come to that. */
  readonly stormFrom: Millis | undefined;
}

/** Writes down what comes about. */
export class RunRecorder implements ServerObserver {
  readonly #faults: FaultStory[] = [];
  #calls = 0;
  #stormFrom: Millis | undefined;

  phase(at: Millis, name: string): void {
    if (name === "storm") this.#stormFrom = at;
  }

  fault(at: Millis, kind: ServerFaultKind, text: string): void {
    this.#faults.push({ at, fault: kind, text });
  }

  called(): void {
    this.#calls++;
  }

  recorded(run: ServerRunResult): RecordedRun {
    return { run, faults: this.#faults, calls: this.#calls, stormFrom: this.#stormFrom };
  }
}
