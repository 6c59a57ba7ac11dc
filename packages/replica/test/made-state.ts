import { FIRST_GROUP, fromByteString, type Revision, silentLogger } from "@holdfast/base";
import { type Entry, resolveRaftOptions } from "@holdfast/raft";
import {
  encodeBatch,
  hashStateSteps,
  type Operation,
  type PublishedRevisions,
  rowLayout,
} from "@holdfast/state-machine";
import { resolveReplicaOptions } from "../src/replica-options.ts";
import { runSteps } from "../src/run-steps.ts";
import { Slices } from "../src/slices.ts";
import { type AppliedState, openAppliedState } from "../src/state-at-work.ts";
import type { ManualTime } from "./manual-time.ts";
import type { StoreDisk } from "./memory-disk.ts";

export const SESSION: Uint8Array = new Uint8Array(16).fill(7);

/** The log of one session: it is opened, then puts of a few bytes, one in each entry. */
export function putEntries(count: number, { valueBytes = 200, term = 1 } = {}): readonly Entry[] {
  return Array.from({ length: count }, (_, at) => {
    const operation: Operation =
      at === 0
        ? { kind: "session-open" }
        : {
            kind: "put",
            key: fromByteString(`key ${at % 500}`),
            value: new Uint8Array(valueBytes).fill(at),
            lease: 0n,
            prevKv: false,
            ignoreValue: false,
            ignoreLease: false,
          };
    const batch = { session: SESSION, firstSequence: at, ackedBelow: 0, operations: [operation] };
    return { index: at + 1, term, kind: "commands", payload: encodeBatch(batch) };
  });
}

/** The parts that every state is opened with in a test. */
export function stateParts(
  time: ManualTime,
  disk: Pick<StoreDisk, "openEngine">,
  published: (revision: Revision) => void = () => undefined,
) {
  return {
    published: ({ revision }: PublishedRevisions) => published(revision),
    clock: time,
    turn: time,
    options: resolveReplicaOptions({ raft: resolveRaftOptions() }),
    logger: silentLogger,
    openEngine: (directory: string) => disk.openEngine(directory),
  };
}

/** A state to which entries were applied, all of it durable. */
export async function madeState(
  entries: readonly Entry[],
  time: ManualTime,
  disk: StoreDisk,
): Promise<AppliedState> {
  const parts = stateParts(time, disk);
  const state = await openAppliedState("state.1", parts);
  const slices = new Slices({ ...parts, sliceMs: 5 });
  for (const { index, term, payload } of entries) {
    const applying = runSteps(state.machine.apply({ index, term, payload }), state.rows, slices);
    if (applying instanceof Promise) await time.until(applying);
    state.store.commitPoint(index);
  }
  await time.until(state.store.flush());
  return state;
}

/** Tells two states apart: all replicated rows, and how far they were applied. */
export async function fingerprint(state: AppliedState, time: ManualTime): Promise<string> {
  const { machine, rows } = state;
  const slices = new Slices({ clock: time, turn: time, sliceMs: 5 });
  const steps = hashStateSteps(machine.point, rowLayout(FIRST_GROUP));
  const { hash, storeRevision } = await time.until(Promise.resolve(runSteps(steps, rows, slices)));
  return `${machine.applied.index}:${machine.rollingHash}:${storeRevision}:${hash}`;
}
