/** An acknowledged operation by the revision of its answer's header. */
export interface RevisionObservation {
  /**
   * `change`: the revision is its own. `read`: a linearizable one, and any other operation that changed
   * nothing, or whose answer does not tell whether it did.
   */
  readonly kind: "change" | "read";
  readonly revision: number;
  readonly client: number | string;
  readonly called: number;
  readonly returned: number;
  /** What it was, for people. */
  readonly text: string;
}

/** Two observations that cannot both be, and why; `undefined` if all agree. */
export interface RevisionViolation {
  readonly rule: string;
  readonly earlier: RevisionObservation;
  readonly later: RevisionObservation;
}

/**
 * Checks that the total order by revision agrees with real time, over all keys, in O(n log n):
 *
 * 1. each change has a revision of its own;
 * 2. a change has a higher revision than everything that was answered before it was called;
 * 3. a read has a revision at least as high as everything that was answered before it was called.
 */
export function findRevisionViolation(
  observations: readonly RevisionObservation[],
): RevisionViolation | undefined {
  return findSharedRevision(observations) ?? findGoneBack(observations);
}

/** A violation for people to read. */
export function explainRevisionViolation({ rule, earlier, later }: RevisionViolation): string {
  return [`revisions disagree with real time: ${rule}`, line(earlier), line(later)].join("\n");
}

function findSharedRevision(
  observations: readonly RevisionObservation[],
): RevisionViolation | undefined {
  const changes = new Map<number, RevisionObservation>();
  for (const later of observations) {
    if (later.kind !== "change") continue;
    const earlier = changes.get(later.revision);
    if (earlier !== undefined) return { rule: "two changes share a revision", earlier, later };
    changes.set(later.revision, later);
  }
  return undefined;
}

function findGoneBack(observations: readonly RevisionObservation[]): RevisionViolation | undefined {
  const byCall = observations.toSorted((a, b) => a.called - b.called);
  const byReturn = observations.toSorted((a, b) => a.returned - b.returned);
  let highest: RevisionObservation | undefined;
  let answered = 0;
  for (const later of byCall) {
    let next = byReturn[answered];
    while (next !== undefined && next.returned < later.called) {
      if (highest === undefined || next.revision > highest.revision) highest = next;
      answered += 1;
      next = byReturn[answered];
    }
    const rule = highest === undefined ? undefined : ruleBroken(highest.revision, later);
    if (highest !== undefined && rule !== undefined) return { rule, earlier: highest, later };
  }
  return undefined;
}

function ruleBroken(answered: number, later: RevisionObservation): string | undefined {
  if (later.kind === "change") {
    return later.revision <= answered
      ? "a change does not lie above what was answered before it was called"
      : undefined;
  }
  return later.revision < answered
    ? "a read lies below what was answered before it was called"
    : undefined;
}

function line({ called, returned, client, text, revision }: RevisionObservation): string {
  return `  ${called} – ${returned}  client ${client}  ${text}: revision ${revision}`;
}
