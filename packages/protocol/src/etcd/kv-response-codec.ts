import type {
  DeleteRangeResult,
  KeyValue,
  PutResult,
  RangeResult,
  TxnResult,
} from "@holdfast/state-machine";
import type { DeleteRangeResponse } from "../generated/etcdserverpb/DeleteRangeResponse.ts";
import type { PutResponse } from "../generated/etcdserverpb/PutResponse.ts";
import type { RangeResponse } from "../generated/etcdserverpb/RangeResponse.ts";
import type { ResponseHeader } from "../generated/etcdserverpb/ResponseHeader.ts";
import type { ResponseOp } from "../generated/etcdserverpb/ResponseOp.ts";
import type { TxnResponse } from "../generated/etcdserverpb/TxnResponse.ts";
import type { KeyValue as WireKeyValue } from "../generated/mvccpb/KeyValue.ts";
import { wireNumber } from "./safe-integer.ts";

export function encodeRange(header: ResponseHeader, range: RangeResult): RangeResponse {
  return {
    header,
    kvs: range.kvs.map(encodeKeyValue),
    more: range.more,
    count: range.count,
  };
}

export function encodePut(header: ResponseHeader, result: PutResult): PutResponse {
  if (result.prevKv === undefined) return { header };
  return { header, prev_kv: encodeKeyValue(result.prevKv) };
}

export function encodeDeleteRange(
  header: ResponseHeader,
  result: DeleteRangeResult,
): DeleteRangeResponse {
  return { header, deleted: result.deleted, prev_kvs: result.prevKvs.map(encodeKeyValue) };
}

export function encodeTxn(header: ResponseHeader, result: TxnResult): TxnResponse {
  return { header, succeeded: result.succeeded, responses: result.responses.map(encodeStep) };
}

export function encodeKeyValue(pair: KeyValue): WireKeyValue {
  return {
    key: pair.key,
    create_revision: pair.createRevision,
    mod_revision: pair.modRevision,
    version: pair.version,
    value: pair.value,
    lease: wireNumber(pair.lease),
  };
}

/** The headers of a transaction's steps name a revision only, that of a nested transaction not even that. */
function encodeStep(step: TxnResult["responses"][number]): ResponseOp {
  switch (step.kind) {
    case "put":
      return { response_put: encodePut({ revision: step.revision }, step) };
    case "range":
      return { response_range: encodeRange({ revision: step.range.revision }, step.range) };
    case "delete-range":
      return { response_delete_range: encodeDeleteRange({ revision: step.revision }, step) };
    case "txn":
      return { response_txn: encodeTxn({}, step) };
  }
}
