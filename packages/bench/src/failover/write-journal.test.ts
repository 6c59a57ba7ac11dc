import { expect, test } from "vitest";
import { WriteJournal } from "./write-journal.ts";
import type { AcknowledgedWrite } from "./write-probe.ts";

const write = (node: string, startedAt: number): AcknowledgedWrite => ({
  node,
  key: `${node}/${startedAt}`,
  value: "v",
  startedAt,
  acknowledgedAt: startedAt + 1,
});

test("the next write is one begun after the kill, by another node", async () => {
  const journal = new WriteJournal();
  const next = journal.next({ since: 10, not: "n1" });

  journal.add(write("n2", 9));
  journal.add(write("n1", 11));
  journal.add(write("n3", 12));
  journal.add(write("n2", 13));

  expect(await next).toMatchObject({ node: "n3", startedAt: 12 });
  expect(journal.size).toBe(4);
});
