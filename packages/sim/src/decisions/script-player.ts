import type { Timeline } from "../timeline.ts";
import { type Act, isMessageFault } from "./decision.ts";
import type { Script } from "./script.ts";

export interface ScriptPlayerParts {
  readonly timeline: Timeline;
  readonly script: Script;
  carryOut(act: Act): void;
}

/** Has what a script decides happen at its time. */
export class ScriptPlayer {
  readonly #parts: ScriptPlayerParts;
  #storm = true;
  #next = 0;

  constructor(parts: ScriptPlayerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#plan();
  }

  /** Faults end; clients are told to end by the workload itself. */
  stopFaults(): void {
    this.#storm = false;
  }

  #plan(): void {
    const { timeline, script } = this.#parts;
    const { decisions } = script;
    while (isMessage(decisions[this.#next])) this.#next++;
    const decision = decisions[this.#next];
    if (decision === undefined) return;
    this.#next++;
    timeline.at(decision.at, () => {
      // The next one first: what is carried out here may break a promise.
      this.#plan();
      const { act } = decision;
      if (this.#storm || act.kind === "operation") this.#parts.carryOut(act);
    });
  }
}

function isMessage(decision: Script["decisions"][number] | undefined): boolean {
  return decision !== undefined && isMessageFault(decision.act);
}
