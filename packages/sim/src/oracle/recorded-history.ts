import type { Millis } from "@holdfast/base";
import type { Operation } from "../model/command.ts";
import type { Reply } from "../node/client-desk.ts";

/** One operation as its client saw it. */
export interface Recorded {
  readonly client: number;
  readonly operation: Operation;
  readonly called: Millis;
  /** `undefined`: nobody knows whether it happened. */
  returned: Millis | undefined;
  reply: Extract<Reply, { kind: "done" }> | undefined;
}

/** What all clients did and saw; what certainly did not happen is left out. */
export class RecordedHistory {
  readonly #recorded: Recorded[] = [];

  get operations(): readonly Recorded[] {
    return this.#recorded;
  }

  called(client: number, operation: Operation, called: Millis): Recorded {
    return { client, operation, called, returned: undefined, reply: undefined };
  }

  /** It took effect, with this answer. */
  done(recorded: Recorded, reply: Extract<Reply, { kind: "done" }>, at: Millis): void {
    recorded.reply = reply;
    recorded.returned = at;
    this.#recorded.push(recorded);
  }

  unknown(recorded: Recorded): void {
    if (recorded.operation.kind !== "read") this.#recorded.push(recorded);
  }
}
