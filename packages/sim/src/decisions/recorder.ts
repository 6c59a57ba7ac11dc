import type { Observer } from "../observer.ts";
import type { Decision } from "./decision.ts";
import type { Restart, Script, WorkloadStanding } from "./script.ts";

/** Writes down what chance decides in a run. */
export class Recorder implements Observer {
  readonly #decisions: Decision[] = [];
  readonly #restarts: Restart[] = [];

  decided(decision: Decision): void {
    this.#decisions.push(decision);
  }

  restarts(restart: Restart): void {
    this.#restarts.push(restart);
  }

  script(standing: WorkloadStanding): Script {
    return { decisions: this.#decisions, restarts: this.#restarts, standing };
  }
}
