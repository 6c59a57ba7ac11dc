import { messageOf } from "@holdfast/base";
import type { Parcel } from "../../network/network.ts";
import type { ServerMachine } from "../machine/server-machine.ts";
import type { ServerProcess } from "../machine/server-process.ts";

/** The node's half of a stream. */
export interface ServedHalf<Frame> {
  take(frame: Frame): void;
  close(): void;
}

/** What a node's half says. */
export interface Towards<Reply> {
  reply(reply: Reply): void;
  /** Nothing more is taken from the client for now. */
  pause(): void;
  resume(): void;
  ended(reason: string): void;
}

export interface StreamParts<Frame, Reply> {
  readonly machine: ServerMachine;
  /** Carries to the machine, in order. */
  there(parcel: Parcel): void;
  /** Carries to the client, in order. */
  back(parcel: Parcel): void;
  /** A process takes the stream; `undefined`: its port is not open. It may throw. */
  serve(process: ServerProcess, towards: Towards<Reply>): ServedHalf<Frame> | undefined;
  /** The client is told. */
  received(reply: Reply): void;
  ended(reason: string): void;
  /** The stream was swallowed by a cut. */
  silent?(): void;
  forget(): void;
}

type Parcelled<Frame> = { readonly frame: Frame } | "dial" | "close";

/**
 * One stream of one client to one process, as TCP carries it: in order, or not at all. What is lost resets
 * it. A cut swallows what is on its way and the stream with it, without a word to either side.
 */
export class StreamConnection<Frame, Reply> {
  readonly #parts: StreamParts<Frame, Reply>;
  #process: ServerProcess | undefined;
  #served: ServedHalf<Frame> | undefined;
  /** The client has let go of it. */
  #isClosed = false;
  /** Nothing passes any more, and nobody is told. */
  #isSwallowed = false;
  /** The client is being told of its end. */
  #isEnded = false;
  /** Replies that were sent, and those that arrived: in order, or the connection is another one by now. */
  #repliesSent = 0;
  #repliesHeard = 0;
  /** It was reset: what is on its way arrives no more, but the news of it. */
  #isReset = false;
  #isPaused = false;
  #held: Parcelled<Frame>[] = [];

  constructor(parts: StreamParts<Frame, Reply>) {
    this.#parts = parts;
  }

  get machine(): ServerMachine {
    return this.#parts.machine;
  }

  dial(): void {
    this.#send("dial");
  }

  send(frame: Frame): void {
    if (!this.#isClosed) this.#send({ frame });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#send("close");
  }

  /** A reset that both sides hear of. */
  break(): void {
    if (this.#isOver) return;
    this.#isReset = true;
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
    if (this.#isSwallowed) return;
    this.#isSwallowed = true;
    this.#parts.forget();
    if (!this.#isClosed) this.#parts.silent?.();
  }

  #fails(why: Parameters<NonNullable<Parcel["fails"]>>[0]): void {
    if (why === "lost") this.break();
    else this.#swallow();
  }

  #send(parcelled: Parcelled<Frame>): void {
    if (this.#isOver) return;
    this.#parts.there({
      arrive: () => this.#arrive(parcelled),
      fails: (why) => this.#fails(why),
    });
  }

  #arrive(parcelled: Parcelled<Frame>): void {
    if (this.#isOver) return;
    if (parcelled === "dial") this.#accept();
    else this.#process?.time.run(() => this.#take(parcelled));
  }

  #accept(): void {
    const { process } = this.#parts.machine;
    if (process === undefined) return this.#tellEnded("connection refused");
    this.#process = process;
    process.time.run(() => {
      try {
        this.#served = this.#parts.serve(process, this.#towards());
        if (this.#served === undefined) this.#tellEnded("connection refused");
      } catch (failure) {
        this.#tellEnded(messageOf(failure));
      }
    });
  }

  #take(parcelled: Parcelled<Frame>): void {
    if (this.#isPaused && parcelled !== "close") {
      this.#held.push(parcelled);
      return;
    }
    if (parcelled === "dial") return;
    if (parcelled === "close") return this.#leaveServer();
    this.#served?.take(parcelled.frame);
  }

  #leaveServer(): void {
    const served = this.#served;
    this.#served = undefined;
    this.#process?.time.run(() => served?.close());
    this.#process = undefined;
    this.#parts.forget();
  }

  #towards(): Towards<Reply> {
    return {
      reply: (said) => {
        const nth = this.#repliesSent++;
        this.#back(() => this.#heard(nth, said));
      },
      pause: () => {
        this.#isPaused = true;
      },
      resume: () => {
        this.#isPaused = false;
        const held = this.#held;
        this.#held = [];
        for (const parcelled of held) this.#take(parcelled);
      },
      ended: (reason) => this.#tellEnded(reason),
    };
  }

  #heard(nth: number, said: Reply): void {
    if (this.#isClosed || this.#isReset) return;
    if (nth !== this.#repliesHeard) return this.break();
    this.#repliesHeard++;
    this.#parts.received(said);
  }

  #tellEnded(reason: string): void {
    if (this.#isOver) return;
    this.#isEnded = true;
    this.#carryBack(() => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.#parts.ended(reason);
    });
    this.#parts.forget();
  }

  #back(arrive: () => void): void {
    if (!this.#isOver) this.#carryBack(arrive);
  }

  #carryBack(arrive: () => void): void {
    this.#parts.back({
      arrive: () => {
        if (!this.#isSwallowed) arrive();
      },
      // News of an end that is lost leaves the client with silence.
      fails: (why) => (this.#isEnded ? this.#swallow() : this.#fails(why)),
    });
  }
}
