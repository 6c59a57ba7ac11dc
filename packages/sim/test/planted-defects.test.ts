import { expect, test } from "vitest";
import { DRIVER_DEFECTS, type DriverDefect, type RunSettings, runSeed } from "../src/index.ts";
import { type Tampering, tamperedWith } from "./tampered-core.ts";

const STORM_MS = 4_000;

/** The first seed that sees it, and what it sees; `undefined` after `seedsMax`. */
function caught(settings: Partial<RunSettings>, seedsMax: number, first = 1): string | undefined {
  for (let seed = first; seed < first + seedsMax; seed++) {
    const { violation } = runSeed({ seed, stormMs: STORM_MS, ...settings });
    if (violation !== undefined) return violation.invariant;
  }
  return undefined;
}

/** A mistake of the driver, who sees it, and within how many seeds. */
const DRIVERS: Record<DriverDefect, readonly [seeds: number, ...invariants: string[]]> = {
  "acknowledges-before-writing": [3, "I9", "I10", "I6"],
  "log-unsynced": [3, "I9", "I10", "I6"],
  "writes-reordered": [10, "I10", "I9", "I6"],
  "recovered-log-unsynced": [30, "I10", "I9", "I6", "start"],
  "vote-not-restored": [60, "I2", "I1"],
  "state-unsynced": [60, "I17", "start"],
  "applied-saved-apart": [100, "I17"],
  "compacts-before-state-is-durable": [60, "start"],
};

/** A vote just before a crash is rare: eight seeds of the first 900 see it, the first of them is 108. */
const FIRST_SEED: Partial<Record<DriverDefect, number>> = { "vote-not-restored": 100 };

test.each(DRIVER_DEFECTS)("a driver that has %s is caught", { timeout: 120_000 }, (defect) => {
  const [seeds, ...invariants] = DRIVERS[defect];

  expect(invariants).toContain(caught({ defects: [defect] }, seeds, FIRST_SEED[defect]));
});

const counts = new WeakMap<object, number>();

/** Whether this is one of every so many calls for a core. */
function isNth(core: object, every: number): boolean {
  const count = (counts.get(core) ?? 0) + 1;
  counts.set(core, count);
  return count % every === 0;
}

/** A mistake of the core, as far as it can be made from outside. */
const CORES: Record<string, readonly [seeds: number, invariants: readonly string[], Tampering]> = {
  "grants every vote": [
    20,
    ["I9", "I2", "I1"],
    {
      effects: (effects) => ({
        ...effects,
        messages: effects.messages.map((message) =>
          message.kind === "vote-response" ? { ...message, granted: true } : message,
        ),
      }),
    },
  ],
  "does not write its vote": [
    5,
    ["I9"],
    {
      effects: (effects) => {
        const { persist } = effects;
        if (persist?.hardState === undefined) return effects;
        const hardState = { ...persist.hardState, vote: undefined };
        return { ...effects, persist: { ...persist, hardState } };
      },
    },
  ],
  "follows a commit index beyond what was compared": [
    100,
    ["I5", "core", "I4", "I6"],
    {
      input: (input, core) => {
        if (input.kind !== "message" || input.message.kind !== "heartbeat-request") return input;
        const { lastIndex } = core.status();
        return { kind: "message", message: { ...input.message, commit: lastIndex } };
      },
    },
  ],
  "answers reads without asking a quorum": [
    60,
    ["I15", "I14"],
    {
      effects: (effects, core) => ({
        ...effects,
        outcomes: effects.outcomes.map((outcome) =>
          outcome.kind === "read-ready" || outcome.kind === "read-failed"
            ? { kind: "read-ready", token: outcome.token, index: core.status().commit }
            : outcome,
        ),
      }),
    },
  ],
  "calls refused what it has taken": [
    5,
    ["I18"],
    {
      effects: (effects) => ({
        ...effects,
        outcomes: effects.outcomes.map((outcome) =>
          outcome.kind === "accepted"
            ? { kind: "refused", token: outcome.token, reason: "busy" }
            : outcome,
        ),
      }),
    },
  ],
  "acknowledges more than it has": [
    20,
    ["I9"],
    {
      effects: (effects) => ({
        ...effects,
        messages: effects.messages.map((message) =>
          message.kind === "append-accepted" ? { ...message, match: message.match + 1 } : message,
        ),
      }),
    },
  ],
  "sends entries in the wrong order": [
    5,
    ["core"],
    {
      effects: (effects) => ({
        ...effects,
        messages: effects.messages.map((message) =>
          message.kind === "append-request"
            ? { ...message, entries: message.entries.toReversed() }
            : message,
        ),
      }),
    },
  ],
  "gives up leadership now and then": [
    60,
    ["liveness"],
    {
      input: (input, core) => {
        const isAnswer = input.kind === "message" && input.message.kind === "heartbeat-response";
        if (!isAnswer || core.status().role !== "leader" || !isNth(core, 40)) return input;
        const { from, to, term } = input.message;
        const message = {
          kind: "vote-response",
          from,
          to,
          term: term + 1,
          granted: false,
        } as const;
        return { kind: "message", message };
      },
    },
  ],
  "forgets what a peer asked it": [
    60,
    ["liveness"],
    {
      input: (input) =>
        input.kind === "message" && input.message.kind === "pre-vote-response" ? undefined : input,
    },
  ],
};

test.each(Object.keys(CORES))("a core that %s is caught", { timeout: 120_000 }, (name) => {
  const [seeds, invariants, tampering] = CORES[name] ?? [0, [], {}];

  expect(invariants).toContain(caught({ makeCore: tamperedWith(tampering) }, seeds));
});

test("without a defect the same seeds are clean", { timeout: 60_000 }, () => {
  expect(caught({ makeCore: tamperedWith({}) }, 20)).toBeUndefined();
});
