import { fromByteString, needScan, pause, type Steps } from "@holdfast/base";
import type { AnswerBudget } from "../read/answer-budget.ts";
import { attachmentBounds, keyOfAttachment } from "../rows/lease-row.ts";
import type { RowLayout } from "../rows/row-layout.ts";

const PAGE_ROWS = 1000;

/**
 * The keys that hang on a lease, in order.
 *
 * @throws AnswerTooLargeError where they are more than an answer may hold
 */
export function* attachedKeysSteps(
  id: bigint,
  layout: RowLayout,
  budget: AnswerBudget,
): Steps<readonly Uint8Array[]> {
  const keys: Uint8Array[] = [];
  let { from, to } = attachmentBounds(layout, id);
  while (true) {
    const rows = yield* needScan({ from, to, limit: PAGE_ROWS, keysOnly: true });
    for (const row of rows) {
      const key = fromByteString(keyOfAttachment(layout, row.key));
      budget.spendPair(key.length, 0);
      keys.push(key);
    }
    budget.check();
    if (rows.length < PAGE_ROWS) return keys;
    from = `${rows.at(-1)?.key}\0`;
    yield* pause();
  }
}
