import { expect, test } from "vitest";
import { settle, WatchStage, watch } from "./watch-stage.ts";

const KEYS = 2_500;

/** A store where one revision deletes so many keys. */
async function deleted() {
  const stage = new WatchStage({ recentEventsMax: 0, streamBytesMax: 64 * 1024 * 1024 });
  for (let at = 0; at < KEYS; at++) await stage.put(`a${at}`);
  await stage.remove("a", "b");
  return stage;
}

test("a revision that is read from the disk is told in one answer, however many changes it has", async () => {
  const stage = await deleted();
  const open = stage.open();
  const other = stage.open();

  open.stream.create(watch("a", { rangeEnd: Buffer.from("b"), startRevision: stage.revision }));
  other.stream.create(watch("a3", { startRevision: stage.revision }));
  // Of its change more slices follow. The other client takes nothing, and need not: it is told when the page is all told.
  await settle([open]);

  expect(open.client.told(0n).map(({ length }) => length)).toEqual([KEYS]);
  expect(other.client.told(0n)).toEqual([[`${stage.revision} delete a3  -`]]);
});
