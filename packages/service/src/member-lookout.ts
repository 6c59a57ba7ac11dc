import type { Cancel, Clock, Millis } from "@holdfast/base";
import { isReserved, type ReplicaApi } from "@holdfast/replica";

export interface MemberLookoutParts {
  readonly clock: Clock;
  readonly replica: Pick<ReplicaApi, "status">;
  /** Members came, went or moved: these are their client addresses now. */
  changed(endpoints: readonly string[]): void;
  /** This node has stopped, as one does that was removed: nobody is served here any more. */
  stopped(): void;
}

/** Between two looks, ms. */
const LOOK_MS: Millis = 1_000;

/** Looks now and then who the members are, between `start` and `stop`. */
export class MemberLookout {
  readonly #parts: MemberLookoutParts;
  #seen = "";
  #cancel: Cancel | undefined;

  constructor(parts: MemberLookoutParts) {
    this.#parts = parts;
  }

  /** Client addresses of all members that have a node, `host:port`. */
  endpoints(): readonly string[] {
    const { membership } = this.#parts.replica.status();
    const present = membership.profiles.filter((profile) => !isReserved(profile));
    return present.map(({ clientAddress }) => clientAddress);
  }

  start(): void {
    if (this.#cancel !== undefined) return;
    this.#seen = String(this.endpoints());
    this.#lookSoon();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #lookSoon(): void {
    this.#cancel = this.#parts.clock.timer(LOOK_MS, () => {
      this.#lookSoon();
      this.look();
    });
  }

  look(): void {
    if (this.#cancel === undefined) return;
    const endpoints = this.endpoints();
    const seen = String(endpoints);
    if (seen !== this.#seen) this.#parts.changed(endpoints);
    this.#seen = seen;
    if (this.#parts.replica.status().role === "stopped") this.#parts.stopped();
  }
}
