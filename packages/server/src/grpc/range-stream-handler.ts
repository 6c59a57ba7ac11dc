import { type handleServerStreamingCall, status } from "@grpc/grpc-js";
import type { Logger } from "@holdfast/base";
import {
  decodeRange,
  encodeKeyValue,
  encodeRange,
  statusOfRefusal,
  type WireHeader,
  type WireRangeRequest,
  type WireRangeStreamResponse,
} from "@holdfast/protocol";
import { type KvService, unstreamable } from "@holdfast/service";
import type { CallLedger } from "../requests/call-ledger.ts";
import { RefusedCallError, serverStream } from "./server-stream.ts";

/**
 * etcdserverpb.KV/RangeStream: a range of any size, in chunks. Header, `more` and `count` stand on the last one,
 * so that all chunks put together are the answer that Range gives.
 */
export function rangeStreamHandler(parts: {
  readonly kv: KvService;
  readonly header: (revision: number) => WireHeader;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}): handleServerStreamingCall<WireRangeRequest, WireRangeStreamResponse> {
  const { kv, header, ledger, logger } = parts;
  return serverStream({
    calls: ledger.method({
      service: "etcdserverpb.KV",
      method: "RangeStream",
      type: "server_stream",
    }),
    logger,
    serve: async function* (request: WireRangeRequest, { timeoutMs, requireLeader }) {
      const query = decodeRange(request);
      const why = unstreamable(query);
      if (why !== undefined) {
        throw new RefusedCallError({ code: status.UNIMPLEMENTED, details: why });
      }
      const { serializable } = request;
      const chunks = kv.rangeStream(query, { timeoutMs, requireLeader, serializable });
      if ("kind" in chunks) throw new RefusedCallError(statusOfRefusal(chunks));
      for await (const chunk of chunks) {
        if ("kind" in chunk) throw new RefusedCallError(statusOfRefusal(chunk));
        const { kvs, end } = chunk;
        const range_response =
          end === undefined
            ? { kvs: kvs.map(encodeKeyValue) }
            : encodeRange(header(end.revision), { ...end, kvs });
        yield { range_response } satisfies WireRangeStreamResponse;
      }
    },
  });
}
