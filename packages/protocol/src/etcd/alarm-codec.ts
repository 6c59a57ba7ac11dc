import type { Alarm, AlarmKind } from "@holdfast/state-machine";
import type { AlarmMember } from "../generated/etcdserverpb/AlarmMember.ts";
import type { AlarmRequest__Output } from "../generated/etcdserverpb/AlarmRequest.ts";
import type { AlarmResponse } from "../generated/etcdserverpb/AlarmResponse.ts";
import type { ResponseHeader } from "../generated/etcdserverpb/ResponseHeader.ts";

/** What is asked of alarms. `nothing`: an alarm without a kind was to be raised or ended. */
export type AlarmRequest =
  | { readonly kind: "list"; readonly of: AlarmKind | undefined }
  | {
      readonly kind: "change";
      readonly action: "activate" | "deactivate";
      readonly alarm: Alarm;
    }
  | { readonly kind: "nothing" };

const WIRE_KINDS = { nospace: "NOSPACE", corrupt: "CORRUPT" } as const;

export function decodeAlarmRequest(request: AlarmRequest__Output): AlarmRequest {
  const kind = kindOf(request.alarm);
  if (request.action === "GET") return { kind: "list", of: kind };
  if (kind === undefined) return { kind: "nothing" };
  const action = request.action === "ACTIVATE" ? "activate" : "deactivate";
  return { kind: "change", action, alarm: { member: BigInt(request.memberID), kind } };
}

export function encodeAlarms(header: ResponseHeader, alarms: readonly Alarm[]): AlarmResponse {
  return { header, alarms: alarms.map(encodeAlarm) };
}

/** How etcd prints an alarm: among a member's errors. */
export function describeAlarm({ member, kind }: Alarm): string {
  return `memberID:${member} alarm:${WIRE_KINDS[kind]} `;
}

function encodeAlarm({ member, kind }: Alarm): AlarmMember {
  return { memberID: member.toString(), alarm: WIRE_KINDS[kind] };
}

function kindOf(wire: string): AlarmKind | undefined {
  if (wire === WIRE_KINDS.nospace) return "nospace";
  return wire === WIRE_KINDS.corrupt ? "corrupt" : undefined;
}
