import { expect, test } from "vitest";
import { type Act, type Candidate, recordSeed } from "../src/index.ts";
import type { Way } from "../src/network/partition.ts";
import { shortenActs } from "../src/shrink/shorter-acts.ts";

const { candidate } = recordSeed({ seed: 51, stormMs: 100 });
const lost: Act = { kind: "lost", from: 0, to: 1, carried: "vote-request", nth: 1 };
const ways: readonly Way[] = [
  [0, 1],
  [0, 2],
  [1, 2],
];

/** `survive` tells what of what was tried there is afterwards; `undefined`: it is not accepted. */
function shortened(
  acts: readonly Act[],
  survive: (acts: readonly Act[]) => readonly Act[] | undefined,
): readonly Act[] {
  let smallest = withActs(acts);
  shortenActs(
    () => smallest,
    (tried) => {
      const kept = survive(actsOf(tried));
      if (kept !== undefined) smallest = withActs(kept);
      return kept !== undefined;
    },
  );
  return actsOf(smallest);
}

function withActs(acts: readonly Act[]): Candidate {
  const decisions = acts.map((act) => ({ at: 1_000, act }));
  return { ...candidate, script: { ...candidate.script, decisions } };
}

function actsOf({ script }: Candidate): readonly Act[] {
  return script.decisions.map(({ act }) => act);
}

test("an act is shortened where it stands, also when what came before it has fallen away", () => {
  const kill: Act = { kind: "kill", machine: 1, power: true };
  const acts: readonly Act[] = [lost, { kind: "cut-off", ways, ms: 50 }, kill];

  const left = shortened(acts, (tried) => tried.filter((act) => act !== lost));

  expect(left).toEqual([{ kind: "cut-off", ways: [[0, 1]], ms: 50 }, kill]);
});

test("an act that has fallen away itself is not put back", () => {
  const burst: Act = { kind: "burst", machine: 0, lengths: [1, 2, 3, 4] };
  const acts: readonly Act[] = [burst, lost, { kind: "cut-off", ways, ms: 50 }];

  const left = shortened(acts, (tried) => tried.filter(({ kind }) => kind !== "cut-off"));

  expect(left).toEqual([{ ...burst, lengths: [1] }, lost]);
});
