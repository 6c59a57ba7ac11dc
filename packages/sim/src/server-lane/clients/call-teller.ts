import type { Millis, Outcome } from "@holdfast/base";
import type { CallOutcome } from "../../report-page/story.ts";
import type { Timeline } from "../../timeline.ts";
import type { ServerObserver } from "../server-observer.ts";

/** A call that somebody was told of, until it ends. */
export interface ToldCall {
  ended(outcome: CallOutcome, answer: string): void;
  failed(outcome: Outcome): void;
}

const UNTOLD: ToldCall = { ended: () => undefined, failed: () => undefined };
const OF_FAILED: Record<Outcome, CallOutcome> = {
  applied: "done",
  "not-applied": "refused",
  unknown: "unknown",
};

/** Tells an observer of the clients' calls, in the moment in which they begin and end. */
export class CallTeller {
  readonly #timeline: Timeline;
  readonly #observer: ServerObserver | undefined;
  #calls = 0;

  constructor(timeline: Timeline, observer: ServerObserver | undefined) {
    this.#timeline = timeline;
    this.#observer = observer;
  }

  /** `words` are made only where somebody listens. */
  begin(isRead: boolean, words: () => string): ToldCall {
    const observer = this.#observer;
    if (observer?.called === undefined) return UNTOLD;
    this.#calls++;
    const number = this.#calls;
    observer.called(number, { at: this.#timeline.now, isRead, text: words() });
    const ended = (outcome: CallOutcome, answer: string): void =>
      observer.callEnded?.(this.#timeline.now, number, outcome, answer);
    return { ended, failed: (outcome) => ended(OF_FAILED[outcome], outcome) };
  }

  /** One that is told of only when it has been answered. */
  answered(askedAt: Millis, words: () => string): void {
    const observer = this.#observer;
    if (observer?.called === undefined) return;
    this.#calls++;
    observer.called(this.#calls, { at: askedAt, isRead: false, text: words() });
    observer.callEnded?.(this.#timeline.now, this.#calls, "done", "");
  }
}
