import { assert, type Logger } from "@holdfast/base";
import {
  type AlarmRequest,
  decodeAlarmRequest,
  encodeAlarms,
  encodeHeader,
  type MaintenanceHandlers,
} from "@holdfast/protocol";
import type { AlarmService, CallContext, Headers } from "@holdfast/service";
import type { Alarm, OperationResult } from "@holdfast/state-machine";
import type { MethodCalls } from "../requests/call-ledger.ts";
import { refusalOf } from "./refused-result.ts";
import { unaryCall } from "./unary-call.ts";

/** Alarms that are there, or the one that was raised or ended; or why it was not. */
type Answer = { readonly kind: "alarms"; readonly alarms: readonly Alarm[] } | OperationResult;

/** `Maintenance.Alarm`: alarms listed, raised and ended (etcd-v3.md §5.10). */
export function alarmHandler(parts: {
  readonly alarms: AlarmService;
  readonly headers: Headers;
  readonly calls: MethodCalls;
  readonly logger: Logger;
}): MaintenanceHandlers["Alarm"] {
  const { alarms, headers, calls, logger } = parts;
  return unaryCall({
    calls,
    logger,
    serve: (request, context) => answer(alarms, decodeAlarmRequest(request), context),
    refusal: (answered) => (answered.kind === "alarms" ? undefined : refusalOf(answered)),
    encode: (answered) => {
      assert(answered.kind === "alarms", "what is not refused are alarms");
      const { revision } = headers.status();
      return encodeAlarms(encodeHeader(headers.at(revision)), answered.alarms);
    },
  });
}

async function answer(
  alarms: AlarmService,
  request: AlarmRequest,
  context: CallContext,
): Promise<Answer> {
  if (request.kind === "nothing") return { kind: "alarms", alarms: [] };
  if (request.kind === "list") {
    return { kind: "alarms", alarms: await alarms.list(request.of, context) };
  }
  const { action, alarm } = request;
  const result = await alarms.change({ kind: "alarm", action, alarm }, context);
  if (result.kind !== "alarm") return result;
  return { kind: "alarms", alarms: result.found ? [alarm] : [] };
}
