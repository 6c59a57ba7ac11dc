export type { AbortSignalLike } from "./abort.ts";
export { assert, assertNever, InvariantViolation } from "./assert.ts";
export {
  type ByteString,
  compareBytes,
  emptyBytes,
  equalBytes,
  fromByteString,
  fromHex,
  toByteString,
  toHex,
} from "./bytes.ts";
export type { Cancel, Clock, Turn } from "./clock.ts";
export { crc32c } from "./crc32c.ts";
export { codeOf, HoldfastError, messageOf, type Outcome } from "./error.ts";
export {
  type BootId,
  type Brand,
  type ClusterId,
  FIRST_GROUP,
  type GroupId,
  isWireId,
  type LogIndex,
  type MemberId,
  type Millis,
  type Revision,
  type StoreId,
  type Term,
} from "./ids.ts";
export { JobGate } from "./job-gate.ts";
export { type LogFields, type Logger, silentLogger } from "./logger.ts";
export { Pace } from "./pace.ts";
export { below, type Random, randomBytes, randomWireId, SeededRandom } from "./random.ts";
export {
  commitPart,
  needRows,
  needScan,
  pause,
  type Row,
  type RowAnswer,
  type RowNeed,
  type RowScan,
  type RowWriter,
  type Steps,
} from "./rows.ts";
