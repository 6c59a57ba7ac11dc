import { assert, type Outcome, type Revision } from "@holdfast/base";
import { require } from "../../violation.ts";
import type { CallTeller, ToldCall } from "./call-teller.ts";

/** What a client was told of a write to a key that nobody else ever writes. */
interface Write {
  fate: Outcome | "pending";
  revision: Revision | undefined;
  readonly call: ToldCall;
}

/** A key as it was found at the end. */
export interface FoundKey {
  readonly version: number;
  readonly modRevision: Revision;
}

/**
 * Writes of which each has a key of its own, so that the end tells of every one whether it
 * was applied, and how often.
 */
export class WriteLedger {
  readonly #writes = new Map<string, Write>();
  readonly #calls: CallTeller;

  constructor(calls: CallTeller) {
    this.#calls = calls;
  }

  get size(): number {
    return this.#writes.size;
  }

  begin(key: string): void {
    const call = this.#calls.begin(false, () => `put ${key}`);
    this.#writes.set(key, { fate: "pending", revision: undefined, call });
  }

  acknowledged(key: string, revision: Revision): void {
    const write = this.#write(key);
    Object.assign(write, { fate: "applied", revision });
    write.call.ended("done", `at revision ${revision}`);
  }

  refused(key: string, outcome: Outcome): void {
    const write = this.#write(key);
    write.fate = outcome;
    write.call.failed(outcome);
  }

  /** Holds what was found against what was told (I12, I13, I18). */
  judge(found: ReadonlyMap<string, FoundKey>): void {
    for (const [key, { fate, revision }] of this.#writes) {
      const there = found.get(key);
      require(fate !== "pending", "I18", () => `the write of ${key} never came to an end`);
      require(fate !== "applied" || there !== undefined, "I12", () => {
        return `the acknowledged write of ${key} at revision ${revision} is lost`;
      });
      require(fate !== "not-applied" || there === undefined, "I18", () => {
        return `the write of ${key} was told not to be applied, and is there`;
      });
      if (there === undefined) continue;
      require(there.version === 1, "I13", () => `${key} was written ${there.version} times`);
      require(revision === undefined || revision === there.modRevision, "I12", () => {
        return `${key} was acknowledged at revision ${revision} and stands at ${there.modRevision}`;
      });
    }
    for (const key of found.keys()) {
      require(this.#writes.has(key), "I18", () => `${key} was never written`);
    }
  }

  #write(key: string): Write {
    const write = this.#writes.get(key);
    assert(write !== undefined, "a write begins before it ends");
    return write;
  }
}
