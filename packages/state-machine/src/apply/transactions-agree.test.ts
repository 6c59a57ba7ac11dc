import { expect, test } from "vitest";
import { plain, put, range, TestStore, txn } from "../../test/test-store.ts";

/** etcd#21432: members that had compacted to different places answered, and so wrote, differently. */
test.each([2, 3, 4, 7])(
  "a transaction that reads revision %d answers alike whatever a replica has freed",
  (revision) => {
    const swept = TestStore.opened();
    const unswept = TestStore.opened();
    for (const store of [swept, unswept]) {
      store.send([put("a", "1"), put("a", "2"), put("a", "3"), put("b", "1")]);
      store.do({ kind: "compact", revision: 3 });
    }
    expect(swept.collect()).toBe(false);
    const asks = txn([], [range({ from: "a", revision }), put("c", "seen")], []);

    const answers = [swept.do(asks), unswept.do(asks)].map(plain);

    expect(answers[0]).toEqual(answers[1]);
    const restarted = unswept.restarted();
    expect(restarted.hashKv()).toEqual(swept.hashKv());
    expect(restarted.machine.point).toEqual(swept.machine.point);
  },
);
