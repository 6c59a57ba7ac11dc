import { messageOf } from "@holdfast/base";
import type {
  SessionStream as ClientStream,
  SessionFrame,
  SessionReply,
  SessionStreamHandlers,
} from "@holdfast/client/core";
import type { SessionStream as ServedStream, SessionSink } from "@holdfast/service";
import type { Parcel } from "../../network/network.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import type { ServerProcess } from "../machine/server-process.ts";

export interface SessionConnectionParts {
  readonly handlers: SessionStreamHandlers;
  readonly machine: ServerMachine;
  /** Carries to the machine, in order. */
  there(parcel: Parcel): void;
  /** Carries to the client, in order. */
  back(parcel: Parcel): void;
  forget(): void;
}

type Frame = SessionFrame | "dial" | "close";

/**
 * One stream of one client to one process, as TCP carries it: in order, or not at all. What is lost resets
 * it. A cut swallows what is on its way and the stream with it, without a word to either side.
 */
export class SessionConnection implements ClientStream {
  readonly #parts: SessionConnectionParts;
  #process: ServerProcess | undefined;
  #served: ServedStream | undefined;
  /** The client has let go of it. */
  #isClosed = false;
  /** Nothing passes any more, and nobody is told. */
  #isSwallowed = false;
  /** The client is being told of its end. */
  #isEnded = false;
  #isPaused = false;
  #held: Frame[] = [];

  constructor(parts: SessionConnectionParts) {
    this.#parts = parts;
  }

  get machine(): ServerMachine {
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
    if (this.#isOver) return;
    this.#leaveServer();
    this.#tellEnded("connection reset");
  }

  /** A process that was killed is told of by its system; one whose machine lost power by nobody. */
  serverEnded({ power }: { readonly power: boolean }): void {
    if (this.#process === undefined) return;
    this.#process = undefined;
    this.#served = undefined;
    if (power) this.#swallow();
    else this.#tellEnded("connection reset");
  }

  get #isOver(): boolean {
    return this.#isSwallowed || this.#isEnded;
  }

  #swallow(): void {
    this.#isSwallowed = true;
    this.#parts.forget();
  }

  #fails(why: Parameters<NonNullable<Parcel["fails"]>>[0]): void {
    if (why === "lost") this.break();
    else this.#swallow();
  }

  #send(frame: Frame): void {
    if (this.#isOver) return;
    this.#parts.there({ arrive: () => this.#arrive(frame), fails: (why) => this.#fails(why) });
  }

  #arrive(frame: Frame): void {
    if (this.#isOver) return;
    if (frame === "dial") this.#accept();
    else this.#process?.time.run(() => this.#take(frame));
  }

  #accept(): void {
    const { process } = this.#parts.machine;
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
    this.#isEnded = true;
    this.#parts.forget();
  }

  #back(arrive: () => void): void {
    if (this.#isOver) return;
    this.#parts.back({
      arrive: () => {
        if (!this.#isSwallowed) arrive();
      },
      // News of an end that is lost leaves the client with silence.
      fails: (why) => (this.#isEnded ? this.#swallow() : this.#fails(why)),
    });
  }
}
