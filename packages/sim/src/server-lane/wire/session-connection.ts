import { type Millis, messageOf } from "@holdfast/base";
import type {
  SessionStream as ClientStream,
  SessionFrame,
  SessionReply,
  SessionStreamHandlers,
} from "@holdfast/client/core";
import type { SessionStream as ServedStream, SessionSink } from "@holdfast/service";
import type { ServerMachine } from "../machine/server-machine.ts";
import type { ServerProcess } from "../machine/server-process.ts";

export interface SessionConnectionParts {
  readonly handlers: SessionStreamHandlers;
  /** `undefined`: the address is nobody's. */
  readonly machine: ServerMachine | undefined;
  /** Which ways are cut now. */
  way(): { readonly there: boolean; readonly back: boolean };
  later(at: Millis, run: () => void): void;
  /** When something that is sent now arrives, not before `after`. */
  arrival(after: Millis): Millis;
  forget(): void;
}

type Frame = SessionFrame | "dial" | "close";

/** One stream of one client to one process. */
export class SessionConnection implements ClientStream {
  readonly #parts: SessionConnectionParts;
  #process: ServerProcess | undefined;
  #served: ServedStream | undefined;
  #thereAt: Millis = 0;
  #backAt: Millis = 0;
  /** The client has let go of it. */
  #isClosed = false;
  /** Nothing passes any more, and nobody is told. */
  #isSwallowed = false;
  #isPaused = false;
  #held: Frame[] = [];

  constructor(parts: SessionConnectionParts) {
    this.#parts = parts;
  }

  get machine(): ServerMachine | undefined {
    return this.#parts.machine;
  }

  dial(): void {
    this.#send("dial");
  }

  send(frame: SessionFrame): void {
    if (!this.#isClosed) this.#send(frame);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#send("close");
  }

  /** A reset that both sides hear of. */
  break(): void {
    this.#leaveServer();
    this.#tellEnded("connection reset");
  }

  /** A process that was killed is told of by its system; one whose machine lost power by nobody. */
  serverEnded({ power }: { readonly power: boolean }): void {
    if (this.#process === undefined) return;
    this.#process = undefined;
    this.#served = undefined;
    if (power) this.#isSwallowed = true;
    else this.#tellEnded("connection reset");
  }

  #send(frame: Frame): void {
    if (this.#isSwallowed) return;
    if (this.#parts.way().there) {
      this.#isSwallowed = true;
      return;
    }
    this.#thereAt = this.#parts.arrival(this.#thereAt);
    this.#parts.later(this.#thereAt, () => this.#arrive(frame));
  }

  #arrive(frame: Frame): void {
    if (this.#isSwallowed) return;
    if (frame === "dial") this.#accept();
    else this.#process?.time.run(() => this.#take(frame));
  }

  #accept(): void {
    const { machine } = this.#parts;
    const process = machine?.process;
    if (process?.sessions === undefined) return this.#tellEnded("connection refused");
    this.#process = process;
    process.time.run(() => {
      try {
        this.#served = process.sessions?.open(this.#sink());
      } catch (failure) {
        this.#tellEnded(messageOf(failure));
      }
    });
  }

  #take(frame: Frame): void {
    if (this.#isPaused && frame !== "close") {
      this.#held.push(frame);
      return;
    }
    if (frame === "dial") return;
    if (frame === "close") return this.#leaveServer();
    if (frame.kind === "start") this.#served?.start(frame);
    else this.#served?.turn(frame);
  }

  #leaveServer(): void {
    const served = this.#served;
    this.#served = undefined;
    this.#process?.time.run(() => served?.close());
    this.#process = undefined;
    this.#parts.forget();
  }

  #sink(): SessionSink {
    const reply = (said: SessionReply): void => this.#reply(said);
    return {
      started: (fields) => reply({ kind: "started", ...fields }),
      results: (firstSequence, results) => reply({ kind: "results", firstSequence, results }),
      readResults: (readId, results) => reply({ kind: "read-results", readId, results }),
      failed: (fields) => reply({ kind: "failure", ...fields }),
      pause: () => {
        this.#isPaused = true;
      },
      resume: () => {
        this.#isPaused = false;
        const held = this.#held;
        this.#held = [];
        for (const frame of held) this.#take(frame);
      },
      ended: () => this.#tellEnded("the session's stream ended here"),
    };
  }

  #reply(reply: SessionReply): void {
    this.#back(() => {
      if (!this.#isClosed) this.#parts.handlers.received(reply);
    });
  }

  #tellEnded(reason: string): void {
    this.#back(() => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.#parts.handlers.ended(reason);
    });
    this.#parts.forget();
  }

  #back(arrive: () => void): void {
    if (this.#isSwallowed) return;
    if (this.#parts.way().back) {
      this.#isSwallowed = true;
      return;
    }
    this.#backAt = this.#parts.arrival(this.#backAt);
    this.#parts.later(this.#backAt, () => {
      if (!this.#isSwallowed) arrive();
    });
  }
}
