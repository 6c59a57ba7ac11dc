import type { Revision } from "@holdfast/base";
import { require } from "../../violation.ts";

/** A write that a lock's guard let pass. */
interface GuardedWrite {
  readonly token: Revision;
  readonly revision: Revision;
  readonly holder: string;
}

/**
 * What holders of locks may rely on: what a guard lets pass is written in the order of the locks' tokens, so
 * that nothing of an old holder comes behind anything of a newer one (I25).
 */
export class FencingLaw {
  readonly #writes: GuardedWrite[] = [];

  get writes(): number {
    return this.#writes.length;
  }

  passed(write: GuardedWrite): void {
    this.#writes.push(write);
  }

  judge(): void {
    const inOrder = this.#writes.toSorted((a, b) => a.revision - b.revision);
    for (const [at, write] of inOrder.entries()) {
      const before = inOrder[at - 1];
      require(before === undefined || before.token <= write.token, "I25", () => {
        return `${write.holder} wrote at revision ${write.revision} with token ${write.token}, behind ${before?.holder} with token ${before?.token}`;
      });
      require(before?.token !== write.token || before.holder === write.holder, "I25", () => {
        return `${write.holder} and ${before?.holder} both hold the lock of token ${write.token}`;
      });
    }
  }
}
