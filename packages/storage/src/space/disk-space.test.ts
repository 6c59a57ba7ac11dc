import type { Logger } from "@holdfast/base";
import { expect, test } from "vitest";
import { ManualClock, realTurn } from "../../test/manual-time.ts";
import { BALLAST_AFTER_MS, DiskSpace, SPACE_LOOK_MS } from "./disk-space.ts";

const RESERVE = 1_000;

/** A disk that the test fills, and what is said about it. */
async function watched() {
  const disk = { free: 5_000 as number | undefined };
  const log = { lack: undefined as string | undefined, asked: 0, prepareAgain: () => log.asked++ };
  const ballast = { bytes: 2_000, made: 0, make: () => ballast.made++ };
  const lines: string[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: (_fields, message) => void lines.push(`info ${message}`),
    warn: (_fields, message) => void lines.push(`warn ${message}`),
    error: () => undefined,
    child: () => logger,
  };
  const clock = new ManualClock();
  const space = new DiskSpace({
    files: { freeBytes: async () => disk.free },
    place: "data/n1",
    log,
    ballast,
    clock,
    logger,
    reserveBytes: RESERVE,
  });
  await space.start();
  const look = async (): Promise<void> => {
    clock.advance(SPACE_LOOK_MS);
    await realTurn.next();
  };
  return { disk, log, ballast, lines, space, look };
}

test("a disk with less than the reserve is short, and has room again only with a quarter more", async () => {
  const { disk, space, look } = await watched();
  const short: boolean[] = [];
  for (const free of [RESERVE, RESERVE - 1, RESERVE, RESERVE * 1.25 - 1, RESERVE * 1.25]) {
    disk.free = free;
    await look();
    short.push(space.shortage !== undefined);
  }

  expect(short).toEqual([false, true, true, true, false]);
});

test("a shortage is told and logged once, with the place, what is free, the reserve and what to do", async () => {
  const { disk, space, lines, look } = await watched();
  let told = 0;
  space.onChange(() => told++);
  disk.free = 10;
  for (let times = 0; times < 3; times++) await look();

  expect(space.shortage).toBe(
    "data/n1 is nearly full: 0.0 MiB are free, 0.0 MiB must be (limits.diskReserveBytes). " +
      "Writes are refused and reads go on until there is room: free disk space",
  );
  expect({ told, lines }).toEqual({
    told: 1,
    lines: [expect.stringContaining("warn the disk is nearly full")],
  });

  disk.free = 5_000;
  await look();
  expect({ told, last: lines.at(-1) }).toEqual({
    told: 2,
    last: "info the disk has room again: writes are taken",
  });
});

test("a log that lacks its next segment makes the store short, and is asked to try again", async () => {
  const { log, space, look } = await watched();
  log.lack = "the file would be too large";
  expect(space.shortage).toContain("the file would be too large");
  await look();
  expect(log.asked).toBe(1);

  log.lack = undefined;
  await look();
  expect(space.shortage).toBeUndefined();
});

test("the ballast is made some time after the start, where the reserve and a quarter stay free", async () => {
  const { disk, ballast, look } = await watched();
  disk.free = 2_000 + RESERVE * 1.25 - 1;
  for (let ms = 0; ms < BALLAST_AFTER_MS; ms += SPACE_LOOK_MS) await look();
  expect(ballast.made).toBe(0);

  disk.free = 2_000 + RESERVE * 1.25;
  await look();

  expect(ballast.made).toBe(1);
});

test("where the system does not tell what is free, the log alone decides", async () => {
  const { disk, space, look } = await watched();
  disk.free = undefined;

  await look();

  expect(space.standing).toEqual({
    freeBytes: undefined,
    reserveBytes: RESERVE,
    shortage: undefined,
  });
});
