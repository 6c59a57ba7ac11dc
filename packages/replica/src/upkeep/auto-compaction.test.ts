import { silentLogger } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import { AutoCompaction, REVISION_LOOK_MS } from "./auto-compaction.ts";
import type { CompactionRule } from "./compaction-rule.ts";
import { MOMENTS_MAX, RevisionTimes } from "./revision-times.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A worker beside counters that stand for what is applied: one revision each minute. */
class Stage {
  readonly time = new ManualTime();
  readonly compacted: { readonly minute: number; readonly revision: number }[] = [];
  revision = 1;
  compactRevision = -1;
  leads = true;
  fails = false;

  constructor(rule: CompactionRule) {
    new AutoCompaction({
      rule,
      clock: this.time,
      logger: silentLogger,
      isLeader: () => this.leads,
      revisions: () => this,
      propose: ({ kind, revision }) => {
        if (this.fails) return Promise.reject(new Error("no leader"));
        this.compactRevision = revision;
        this.compacted.push({ minute: this.time.now() / MINUTE, revision });
        return Promise.resolve({ kind, revision: this.revision });
      },
    }).start();
  }

  async minutes(count: number): Promise<void> {
    for (let minute = 0; minute < count; minute++) {
      await this.time.advance(MINUTE);
      this.revision++;
    }
  }
}

describe("periodic compaction", () => {
  test("of less than an hour comes once each period, to the revision of one period ago", async () => {
    const stage = new Stage({ mode: "periodic", retentionMs: 10 * MINUTE });

    await stage.minutes(31);

    expect(stage.compacted).toEqual([
      { minute: 10, revision: 1 },
      { minute: 20, revision: 10 },
      { minute: 30, revision: 20 },
    ]);
  });

  test("of many hours comes each hour, the first after the whole period", async () => {
    const stage = new Stage({ mode: "periodic", retentionMs: 3 * HOUR });

    await stage.minutes(5 * 60 + 1);

    expect(stage.compacted).toEqual([
      { minute: 180, revision: 1 },
      { minute: 240, revision: 60 },
      { minute: 300, revision: 120 },
    ]);
  });

  test("is what a new leader goes on with: it has noted revisions as a follower", async () => {
    const stage = new Stage({ mode: "periodic", retentionMs: HOUR });
    stage.leads = false;
    await stage.minutes(90);
    expect(stage.compacted).toEqual([]);

    stage.leads = true;
    await stage.minutes(6);

    expect(stage.compacted).toEqual([{ minute: 96, revision: 36 }]);
  });

  test("that does not go through is tried at the next look", async () => {
    const stage = new Stage({ mode: "periodic", retentionMs: HOUR });
    stage.fails = true;
    await stage.minutes(60);
    stage.fails = false;

    await stage.minutes(7);

    expect(stage.compacted).toEqual([{ minute: 66, revision: 6 }]);
  });

  test("of a year keeps a bounded number of moments, and a whole year", () => {
    const time = new ManualTime();
    const times = new RevisionTimes(time, 366 * 24 * HOUR);
    let revision = 1;
    for (let moment = 0; moment <= MOMENTS_MAX + 500; moment++) {
      times.note(revision++);
      time.stall(times.everyMs);
    }

    expect(times.everyMs).toBeGreaterThan(8 * HOUR);
    expect(times.aPeriodAgo()).toBe(501);
  });
});

describe("compaction by revisions", () => {
  test("looks every five minutes and leaves as many as it was told", async () => {
    const stage = new Stage({ mode: "revision", revisions: 100 });
    stage.revision = 90;

    await stage.minutes(16);

    expect(stage.compacted).toEqual([{ minute: 15, revision: 4 }]);
    expect(REVISION_LOOK_MS).toBe(5 * MINUTE);
  });

  test("asks for nothing that is given up already", async () => {
    const stage = new Stage({ mode: "revision", revisions: 10 });
    stage.compactRevision = 5000;
    stage.revision = 200;

    await stage.minutes(30);

    expect(stage.compacted).toEqual([]);
  });
});

test("without a rule nothing is given up", async () => {
  const stage = new Stage({ mode: "off" });

  await stage.minutes(48 * 60);

  expect(stage.compacted).toEqual([]);
  expect(stage.time.timers).toBe(0);
});
