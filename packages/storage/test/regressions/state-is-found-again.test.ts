import { SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import { type Boot, CrashDisk } from "../../src/faults/crash-disk.ts";
import { StateDirectories } from "../../src/snapshot/state-directories.ts";

async function openState({ files, openEngine }: Boot) {
  await new StateDirectories(files).keepOnly("state.1");
  return openEngine("state.1");
}

// Found by crashing an installation at every change of the disk (packages/replica/test/install-crash.test.ts,
// power cut at change 1, seed 2): the batches of the first state were synced, the name of its directory never.
test.each([
  { how: "in the life that made it", kills: 0 },
  { how: "in the life after", kills: 1 },
])(
  "what was written durably to the first state is found after a power cut, $how",
  async (given) => {
    for (let seed = 1; seed <= 20; seed++) {
      const disk = new CrashDisk({ random: new SeededRandom(seed) });
      // Killed before it could sync the directory that it had made.
      for (let at = 0; at < given.kills; at++) {
        disk.crashAt(1, "kill");
        await openState(disk.boot()).catch(() => undefined);
      }
      const engine = await openState(disk.boot());
      await engine.writeDurably([{ key: "a", value: Uint8Array.of(1) }]);
      disk.crash("power cut");

      const again = await openState(disk.boot());

      expect([seed, again.getSync("a")?.[0]]).toEqual([seed, 1]);
    }
  },
);
