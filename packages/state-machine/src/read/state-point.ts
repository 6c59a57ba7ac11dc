import type { Revision } from "@holdfast/base";
import type { RangeQuery } from "../query.ts";
import { compactedRefusal, futureRefusal, type ReadRefusal } from "../refusal.ts";
import type { OpenBlock } from "../rows/open-block.ts";
import type { RowLayout } from "../rows/row-layout.ts";
import type { AnswerBudget } from "./answer-budget.ts";

/** The moment of the state that a read sees. */
export interface StatePoint {
  readonly revision: Revision;
  /** -1 as long as nothing was compacted. */
  readonly compactRevision: Revision;
}

/** Where a read finds rows and, inside the state machine, events that have no row yet. */
export interface RowSource {
  readonly layout: RowLayout;
  readonly open: OpenBlock | undefined;
  /** What the answer may weigh; reads stop early when it is exceeded, and whoever asked says so. */
  readonly answer: AnswerBudget;
}

/**
 * The same inside a transaction, where a revision below 0 is no word for the latest: etcd
 * takes it for one that lies before everything.
 */
export function txnRevisionRefusal(
  query: Pick<RangeQuery, "revision">,
  point: StatePoint,
): ReadRefusal | undefined {
  if (query.revision < 0 && query.revision < point.compactRevision)
    return compactedRefusal(point.compactRevision);
  return revisionRefusal(query, point);
}

/** Why `query.revision` cannot be read at that point; `undefined` when it can. 0 and below is the latest. */
export function revisionRefusal(
  query: Pick<RangeQuery, "revision">,
  point: StatePoint,
): ReadRefusal | undefined {
  if (query.revision <= 0) return undefined;
  if (query.revision > point.revision) return futureRefusal();
  if (query.revision < point.compactRevision) return compactedRefusal(point.compactRevision);
  return undefined;
}
