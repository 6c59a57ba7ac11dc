import { type MemberId, SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import { CrashDisk } from "../../src/faults/crash-disk.ts";
import { append, entry, openLog } from "../log-fixture.ts";

// Found by the random lives of test/power-cut, seeds 1, 2 and 6: a process was killed within a write;
// the next one read the frame from the system's cache, counted it as durable and wrote on; then power went.
test("what a log has when it is opened is still there after a power cut", async () => {
  const left = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const disk = new CrashDisk({ random: new SeededRandom(seed) });
    const first = await openLog(disk.boot().files);
    await first.log.append([append(entry(1))]);
    disk.crashAt(0, "kill");
    const vote = { group: 1, hardState: { term: 7, vote: 3 as MemberId, commit: 1 } };
    await expect(first.log.append([append(entry(2)), vote])).rejects.toThrow();

    const second = await openLog(disk.boot().files);
    expect(second.log.lastIndex(1)).toBe(2);
    disk.crash("power cut");

    const { log } = await openLog(disk.boot().files);
    left.add(`entry ${log.lastIndex(1)}, vote ${log.head(1).hardState.vote}`);
  }
  expect([...left]).toEqual(["entry 2, vote 3"]);
});
