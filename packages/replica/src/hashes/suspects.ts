import type { MemberId } from "@holdfast/base";
import type { StateHashes } from "./hash-message.ts";

/** Somebody is wrong, and nobody can tell who. */
export const NOBODY_KNOWS = 0;

/**
 * Which members have something else than most of the cluster; {@link NOBODY_KNOWS} if they differ and no
 * majority of `voters` agrees. Who does not know its hash, or is at another compaction than most, says nothing.
 */
export function suspects(
  told: ReadonlyMap<MemberId, StateHashes>,
  voters: readonly MemberId[],
): readonly (MemberId | typeof NOBODY_KNOWS)[] {
  const rolling = new Map<MemberId, number>();
  const kv = new Map<MemberId, number>();
  for (const [member, hashes] of told) {
    if (hashes.rolling !== undefined) rolling.set(member, hashes.rolling);
  }
  for (const [member, hash] of comparable(told)) kv.set(member, hash);
  const found = new Set([...odd(rolling, voters), ...odd(kv, voters)]);
  return [...found].sort((one, other) => one - other);
}

/** Hashes of the disk count only among those that have given up the same: the largest such group. */
function comparable(told: ReadonlyMap<MemberId, StateHashes>): readonly [MemberId, number][] {
  const groups = new Map<number, [MemberId, number][]>();
  for (const [member, { kv }] of told) {
    if (kv === undefined) continue;
    const group = groups.get(kv.compactRevision) ?? [];
    group.push([member, kv.hash]);
    groups.set(kv.compactRevision, group);
  }
  return [...groups.values()].sort((one, other) => other.length - one.length)[0] ?? [];
}

function odd(
  hashes: ReadonlyMap<MemberId, number>,
  voters: readonly MemberId[],
): readonly (MemberId | typeof NOBODY_KNOWS)[] {
  const having = (hash: number): MemberId[] =>
    [...hashes.keys()].filter((member) => hashes.get(member) === hash);
  const kinds = [...new Set(hashes.values())];
  if (kinds.length < 2) return [];
  const needed = Math.floor(voters.length / 2) + 1;
  const right = kinds.find(
    (hash) => having(hash).filter((member) => voters.includes(member)).length >= needed,
  );
  if (right === undefined) return [NOBODY_KNOWS];
  return [...hashes.keys()].filter((member) => hashes.get(member) !== right);
}
