import type { ClientDuplexStream, ServiceError } from "@grpc/grpc-js";
import { eventually } from "@holdfast/testkit";
import {
  type Comparable,
  type ComparableFields,
  isFields,
  plainOf,
} from "../answers/plain-value.ts";

const ANSWERS_WITHIN_MS = 15_000;

/** What one stream of watches on one store was told. */
export class WatchRecorder {
  /** Answers that are about watches, not events: one after another. */
  readonly answers: ComparableFields[] = [];
  readonly #call: ClientDuplexStream<object, unknown>;
  readonly #events = new Map<string, Comparable[]>();
  #failure: Error | undefined;

  constructor(call: ClientDuplexStream<object, unknown>) {
    this.#call = call;
    call.on("data", (response: unknown) => this.#take(plainOf(response)));
    call.on("error", (failure: ServiceError) => {
      this.#failure = failure;
    });
  }

  ask(request: object): void {
    this.#call.write(request);
  }

  /** All that a watch was told, in one list: how it was parted is each store's own. */
  eventsOf(watch: string): readonly Comparable[] {
    return this.#events.get(watch) ?? [];
  }

  /** Waits for so many answers in all; the last. */
  async answer(count: number, what: string): Promise<ComparableFields> {
    return this.wait(() => this.answers[count - 1], what);
  }

  async wait<Value>(look: () => Value | undefined, what: string): Promise<Value> {
    const found = await eventually(
      () => {
        if (this.#failure !== undefined) return { failure: this.#failure };
        const value = look();
        return value === undefined || value === false ? undefined : { value };
      },
      { within: ANSWERS_WITHIN_MS, what },
    );
    if ("failure" in found) throw found.failure;
    return found.value;
  }

  close(): void {
    this.#call.cancel();
  }

  #take(response: Comparable): void {
    if (!isFields(response)) return;
    const { events, watch_id: watch, created } = response;
    // An id may be that of a watch which has ended.
    if (created === true) this.#events.delete(String(watch));
    if (!Array.isArray(events) || events.length === 0) {
      this.answers.push(response);
      return;
    }
    const known = this.#events.get(String(watch)) ?? [];
    known.push(...events);
    this.#events.set(String(watch), known);
  }
}
