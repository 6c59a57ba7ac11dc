import { eventually, startCluster } from "@holdfast/testkit";
import { expect, test } from "vitest";

const RETENTION_MS = 1_000;

test("what was replaced a period ago is given up by itself, what is newest stays", async () => {
  await using cluster = await startCluster({
    nodes: 1,
    compaction: { mode: "periodic", retentionMs: RETENTION_MS },
  });
  await using store = await cluster.connect();
  const first = await store.put("key", "first");
  await store.put("key", "second");

  const refusal = await eventually(
    () =>
      store.get("key", { revision: first.revision }).then(
        () => undefined,
        (failure: unknown) => failure,
      ),
    { within: 10_000, what: "the first value is given up" },
  );

  expect(refusal).toMatchObject({ code: "COMPACTED" });
  expect(new TextDecoder().decode((await store.get("key"))?.value)).toBe("second");
});
