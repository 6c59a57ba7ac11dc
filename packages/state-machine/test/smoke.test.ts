import { expect, test } from "vitest";
import { TestStore, del, plain, put, range, txn } from "./test-store.ts";

test("smoke", () => {
  const s = TestStore.opened();
  console.log(plain(s.send([put("a", "1"), put("b", "x".repeat(300)), put("a", "2", { prevKv: true }), del("a", "c", true)])));
  console.log(JSON.stringify(plain(s.do(txn([], [put("k", "v"), range({ from: "a", to: "\0" })])))));
  console.log(JSON.stringify(plain(s.range({ from: "\0", to: "\0", revision: 4 }))));
  console.log(s.rows.own.all().map((r) => [Buffer.from(r.key, "latin1").toString("hex"), Buffer.from(r.value).toString("hex").slice(0, 80)]));
  console.log(JSON.stringify(plain(s.restarted().range({ from: "\0", to: "\0" }))));
  expect(1).toBe(1);
});
