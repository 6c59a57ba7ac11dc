import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type EtcdctlPair, startEtcdctlPair } from "./compare-commands.ts";
import { ETCDCTL_CASES } from "./etcdctl/cases.ts";
import { isRun, nameOf } from "./etcdctl/etcdctl-case.ts";
import { areThere, requireEach } from "./required-tools.ts";

const TOOLS = ["etcd", "etcdctl"];

let pair: EtcdctlPair;

beforeAll(async () => {
  if (areThere(TOOLS)) pair = await startEtcdctlPair();
});
beforeEach((context) => requireEach(TOOLS, context));
afterAll(() => pair?.[Symbol.asyncDispose]());

for (const one of ETCDCTL_CASES) {
  test.skipIf(!isRun(one))(nameOf(one), async () => {
    const [expected, found] = await Promise.all([pair.etcd.run(one), pair.holdfast.run(one)]);

    expect(found).toEqual(expected);
  });
}
