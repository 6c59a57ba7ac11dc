import { type MemberId, silentLogger } from "@holdfast/base";
import type { Alarm, AlarmOperation, CompactOperation } from "@holdfast/state-machine";
import { describe, expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import { quotaWarning } from "./quota-level.ts";
import { QUOTA_LOOK_MS, QuotaWatch } from "./quota-watch.ts";

const QUOTA = 1000;
const SELF = 7 as MemberId;

/** A watch beside figures that stand for the state; what is given back leaves `liveBytes`. */
class Stage {
  readonly time = new ManualTime();
  readonly done: string[] = [];
  readonly warned: string[] = [];
  bytes = 0;
  liveBytes = 0;
  leads = true;
  /** Somebody reads a state from before, such as for a snapshot: nothing of it leaves the disk. */
  reading: Promise<void> | undefined;
  automatic: Alarm[] = [];
  byClients: Alarm[] = [];
  readonly state = { revision: 1, compactRevision: -1, collected: -1 };

  constructor(quotaBytes = QUOTA) {
    new QuotaWatch({
      self: SELF,
      quotaBytes,
      clock: this.time,
      logger: { ...silentLogger, warn: (_, message) => this.warned.push(message) },
      isLeader: () => this.leads,
      bytes: () => this.bytes,
      machine: () => ({
        ...this.state,
        alarms: {
          all: () => [...this.automatic, ...this.byClients],
          automatic: () => this.automatic,
        },
      }),
      giveBack: () => {
        this.done.push("gave back");
        if (this.reading !== undefined) return Promise.resolve({ heldUntil: this.reading });
        this.bytes = Math.min(this.bytes, this.liveBytes);
        return Promise.resolve({ heldUntil: undefined });
      },
      propose: (operation) => Promise.resolve(this.#apply(operation)),
    }).start();
  }

  /** Keys are written, or deleted; `bytes` more on the disk. */
  async write(bytes: number, liveBytes: number): Promise<void> {
    this.state.revision += 10;
    this.bytes += bytes;
    this.liveBytes = liveBytes;
    await this.looks(1);
  }

  /** Somebody begins to; the answer is to be called at the end. */
  read(): () => void {
    let end: () => void = () => undefined;
    this.reading = new Promise((resolve) => {
      end = () => {
        this.reading = undefined;
        resolve();
      };
    });
    return end;
  }

  looks(count: number): Promise<void> {
    return this.time.advance(count * QUOTA_LOOK_MS);
  }

  #apply(operation: CompactOperation | AlarmOperation) {
    if (operation.kind === "compact") {
      const { revision } = operation;
      this.done.push(`compact ${revision}`);
      this.state.compactRevision = revision;
      this.state.collected = revision;
      return { kind: "compact", revision: this.state.revision } as const;
    }
    const { action, alarm } = operation;
    this.done.push(`${action} ${alarm.member}`);
    if (action === "raise") this.automatic.push(alarm);
    else this.automatic = this.automatic.filter(({ member }) => member !== alarm.member);
    return { kind: "alarm", revision: this.state.revision, found: true } as const;
  }
}

describe("on the way to its quota", () => {
  test("a state gives history up first, and what lies within the last look stays", async () => {
    const stage = new Stage();
    await stage.write(850, 300);
    expect(stage.done).toEqual([]);

    await stage.write(70, 310);
    await stage.looks(1);

    // At the second write revision 11 had been seen, and 21 was there.
    expect(stage.done).toEqual(["compact 11", "gave back"]);
    expect(stage.bytes).toBe(310);
    await stage.looks(100);
    expect(stage.done).toHaveLength(2);
  });

  test("with live data only, the alarm is raised when it is full, and once", async () => {
    const stage = new Stage();
    await stage.write(950, 950);
    await stage.looks(20);
    expect(stage.automatic).toEqual([]);

    await stage.write(60, 1010);
    await stage.looks(20);

    expect(stage.automatic).toEqual([{ member: BigInt(SELF), kind: "nospace" }]);
    expect(stage.done.filter((one) => one.startsWith("raise"))).toHaveLength(1);
  });

  test("it is warned at 80 and at 90 %, each once, and again after it was below", async () => {
    const stage = new Stage();
    stage.leads = false;
    for (const bytes of [790, 810, 850, 910, 950, 700, 820]) {
      stage.bytes = bytes;
      stage.liveBytes = bytes;
      await stage.looks(2);
    }

    expect(stage.warned.map((line) => /\d+%/.exec(line)?.[0])).toEqual(["81%", "91%", "82%"]);
    expect(quotaWarning(799, QUOTA)).toBeUndefined();
    expect(quotaWarning(5000, -1)).toBeUndefined();
  });
});

describe("a full state", () => {
  async function full(): Promise<Stage> {
    const stage = new Stage();
    await stage.write(1200, 1200);
    await stage.looks(10);
    expect(stage.automatic).toHaveLength(1);
    stage.done.length = 0;
    return stage;
  }

  test("heals by itself when keys are deleted, though their place is only free after a compaction", async () => {
    const stage = await full();

    await stage.write(20, 100);
    await stage.looks(10);

    expect(stage.done).toEqual([expect.stringMatching(/^compact/), "gave back", "clear 7"]);
    expect(stage.automatic).toEqual([]);
  });

  test.each([1050, 1200])(
    "at %i of 1000 heals when an older state is read no more, though nothing was deleted since",
    async (bytes) => {
      const stage = new Stage();
      const end = stage.read();
      await stage.write(920, 300);
      await stage.looks(10);
      await stage.write(bytes - 920, 300);
      await stage.looks(100);
      // History that cannot leave yet is no reason to refuse writes, while there is a little room.
      expect(stage.automatic).toHaveLength(bytes < 1100 ? 0 : 1);
      // Once for each compaction.
      expect(stage.done.filter((one) => one === "gave back")).toHaveLength(2);

      end();
      await stage.looks(10);
      expect(stage.automatic).toEqual([]);
      expect(stage.bytes).toBe(300);

      stage.done.length = 0;
      await stage.looks(100);
      expect(stage.done).toEqual([]);
    },
  );

  test("does not swing: between 85 % and full the alarm stays as it is", async () => {
    const stage = await full();
    stage.bytes = 860;
    stage.liveBytes = 860;
    await stage.looks(20);
    expect(stage.automatic).toHaveLength(1);

    stage.bytes = 849;
    await stage.looks(2);
    expect(stage.automatic).toHaveLength(0);

    stage.bytes = 990;
    await stage.looks(20);
    expect(stage.automatic).toHaveLength(0);
  });

  test("needs no other alarm where a client raised one, and leaves that one alone", async () => {
    const stage = new Stage();
    stage.byClients = [{ member: BigInt(SELF), kind: "nospace" }];
    await stage.write(1200, 1200);
    await stage.looks(10);
    stage.bytes = 10;
    await stage.looks(10);

    expect(stage.done.filter((one) => /raise|clear/.test(one))).toEqual([]);
  });

  test("is left to another leader, who ends what this one raised", async () => {
    const stage = await full();
    stage.automatic = [{ member: 3n, kind: "nospace" }];
    stage.bytes = 10;
    stage.leads = false;
    await stage.looks(10);
    expect(stage.done).toEqual([]);

    stage.leads = true;
    await stage.looks(2);

    expect(stage.done).toEqual(["clear 3"]);
  });
});

test("without a quota nothing is given up, and an alarm of one that there was ends", async () => {
  const stage = new Stage(-1);
  stage.automatic = [{ member: 3n, kind: "nospace" }];

  await stage.write(1e12, 1e12);
  await stage.looks(10);

  expect(stage.done).toEqual(["clear 3"]);
});
