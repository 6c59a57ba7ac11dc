import { status } from "@grpc/grpc-js";

export type MethodType = "unary" | "server_stream" | "bidi_stream";

/** What a method is called in metrics: `grpc_service="etcdserverpb.KV", grpc_method="Put"`. */
export interface MethodName {
  readonly service: string;
  readonly method: string;
  readonly type: MethodType;
}

const CODES = 17;

/** Counts the calls of one method, for the drain and for metrics. */
export class MethodCalls {
  readonly name: MethodName;
  #inFlight = 0;
  readonly #handled = new Float64Array(CODES);
  readonly #ended: () => void;

  constructor(name: MethodName, ended: () => void) {
    this.name = name;
    this.#ended = ended;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** How many calls ended with a code. */
  handled(code: status): number {
    return this.#handled[code] ?? 0;
  }

  started(): void {
    this.#inFlight += 1;
  }

  ended(code: status): void {
    this.#inFlight -= 1;
    const known = code >= 0 && code < CODES ? code : status.UNKNOWN;
    this.#handled[known] = (this.#handled[known] ?? 0) + 1;
    this.#ended();
  }
}

/** All calls in flight on the client port. */
export class CallLedger {
  readonly #methods: MethodCalls[] = [];
  #waiting: (() => void)[] = [];

  method(name: MethodName): MethodCalls {
    const calls = new MethodCalls(name, () => this.#callEnded());
    this.#methods.push(calls);
    return calls;
  }

  methods(): readonly MethodCalls[] {
    return this.#methods;
  }

  inFlight(): number {
    return this.#methods.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  /** Resolves when no call is in flight. */
  idle(): Promise<void> {
    if (this.inFlight() === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #callEnded(): void {
    if (this.#waiting.length === 0 || this.inFlight() > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
