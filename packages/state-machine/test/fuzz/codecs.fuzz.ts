import { equalBytes } from "@holdfast/base";
import { bytesTarget, type FuzzTarget } from "@holdfast/base/fuzz";
import {
  type CommandBatch,
  decodeBatch,
  decodeBatchHeader,
  decodeQueries,
  decodeRangeResults,
  decodeResults,
  encodeBatch,
  encodeQueries,
  encodeRangeResults,
  encodeResults,
  MalformedCommandError,
  type OperationResult,
} from "../../src/index.ts";
import { BATCHES, QUERIES, RANGE_RESULTS, RESULTS } from "../golden-samples.ts";
import { del, put, range, sessionId, txn } from "../test-store.ts";

const refusals = [MalformedCommandError];
const runs = 1_500;

/** Every result within a transaction's, which the golden ones have not. */
const DELETED: OperationResult = { kind: "delete-range", revision: 9, deleted: 0, prevKvs: [] };
const WITHIN: OperationResult = { kind: "txn", revision: 9, succeeded: true, responses: [DELETED] };

/** Every operation in either branch of a transaction, which the golden ones have not. */
const BRANCH = [put("k"), del("k"), range({ from: "k" }), txn([], [])];
const BRANCHES: CommandBatch = {
  session: sessionId(1),
  firstSequence: 1,
  ackedBelow: 1,
  operations: [txn([], BRANCH, [...BRANCH, txn([], BRANCH, BRANCH)])],
};

/** What a batch's head says on the way is what the batch says where it is applied. */
function readBatch(bytes: Uint8Array): CommandBatch {
  const batch = decodeBatch(bytes);
  const header = decodeBatchHeader(bytes);
  const isSame =
    header !== undefined &&
    header.firstSequence === batch.firstSequence &&
    equalBytes(header.session, batch.session);
  if (!isSame) throw new Error("the head of a batch is not what is read of the whole");
  return batch;
}

export const CODEC_TARGETS: readonly FuzzTarget[] = [
  bytesTarget({
    name: "command-batch",
    runs,
    refusals,
    examples: [...Object.values(BATCHES), BRANCHES].map(encodeBatch),
    read: readBatch,
    write: encodeBatch,
  }),
  bytesTarget({
    name: "queries",
    runs,
    refusals,
    examples: Object.values(QUERIES).map(encodeQueries),
    read: decodeQueries,
    write: encodeQueries,
  }),
  bytesTarget({
    name: "results",
    runs,
    refusals,
    examples: [...Object.values(RESULTS), [WITHIN]].map(encodeResults),
    read: decodeResults,
    write: encodeResults,
  }),
  bytesTarget({
    name: "range-results",
    runs,
    refusals,
    examples: Object.values(RANGE_RESULTS).map(encodeRangeResults),
    read: decodeRangeResults,
    write: encodeRangeResults,
  }),
];
