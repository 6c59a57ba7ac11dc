import { expect, test } from "vitest";
import { WatchLaw } from "../src/server-lane/invariants/watch-law.ts";

const put = (revision: number, value = "x") =>
  ({ kind: "put", key: "k", revision, value }) as const;

test("a watch begins right behind the revision that it was told it begins behind", () => {
  const watch = new WatchLaw().follow("one");
  watch.began(7);

  expect(watch.revision).toBe(7);
  expect(() => watch.told(put(9))).toThrow("told of revision 9 behind revision 7");
});

test("what it was told before it is told where it began counts", () => {
  const watch = new WatchLaw().follow("one");
  watch.told(put(8));
  watch.began(7);

  expect(watch.revision).toBe(8);
});

test("each revision is told once, in order and to all alike", () => {
  const law = new WatchLaw();
  const [one, other] = [law.follow("one", 1), law.follow("other")];
  for (const revision of [2, 3, 4]) one.told(put(revision));
  other.told(put(3, "y"));

  expect(() => other.told(put(4))).toThrow("another that it did");
  expect(() => one.told(put(3))).toThrow("told of revision 3 behind revision 4");
});
