import type { EndpointHash } from "@holdfast/client";

/** What came of asking one node for its hash. */
export type HashAnswer =
  | ({ readonly kind: "up"; readonly endpoint: string } & EndpointHash)
  | { readonly kind: "down"; readonly endpoint: string; readonly reason: string };

export interface HashVerdict {
  /** Unclear: too few can be compared, or one did not answer. */
  readonly state: "agree" | "unclear" | "differ";
  readonly sentence: string;
}

/**
 * Judges whether nodes have the same. Only hashes of one revision and one compact
 * revision can be compared: a compaction changes what there is to hash.
 */
export function hashVerdict(answers: readonly HashAnswer[]): HashVerdict {
  const up = answers.filter((answer) => answer.kind === "up");
  const moments = new Map<string, Set<number>>();
  for (const { revision, compactRevision, hash } of up) {
    const moment = `${revision}/${compactRevision}`;
    moments.set(moment, (moments.get(moment) ?? new Set()).add(hash));
  }
  if ([...moments.values()].some((hashes) => hashes.size > 1)) {
    return {
      state: "differ",
      sentence: "DIFFER: nodes have other data than their peers at the same revision",
    };
  }
  const [first] = up;
  if (up.length < answers.length) {
    return unclear(`${up.length} of ${answers.length} nodes answered, and those do not differ`);
  }
  if (moments.size > 1) return unclear("the nodes did not stand at one revision; ask again");
  if (first === undefined || up.length < 2) return unclear("there is only one node to ask");
  return {
    state: "agree",
    sentence: `AGREE: ${up.length} nodes have the same up to revision ${first.revision}`,
  };
}

function unclear(why: string): HashVerdict {
  return { state: "unclear", sentence: `UNCLEAR: ${why}` };
}
