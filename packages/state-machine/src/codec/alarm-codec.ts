import type { AlarmKind, AlarmOperation } from "../command.ts";
import type { AlarmResult } from "../result.ts";
import { MalformedCommandError } from "./malformed-command-error.ts";
import { type MessageField, wholeBigint, wholeNumber } from "./message-codec.ts";
import { bigintAt, booleanAt, choiceAt, countAt, type Fields, fieldsOf } from "./message-fields.ts";

const ALARM = 11;
const ALARM_DONE = 13;

const ACTIONS = ["activate", "deactivate", "raise", "clear"] as const;
const KINDS: readonly AlarmKind[] = ["nospace", "corrupt"];
const BOUNDS = { min: 4, max: 4 } as const;

/** An operation on an alarm: version 4 of docs/command-format.md. */
export function alarmFields({ action, alarm }: AlarmOperation): MessageField[] {
  const member = wholeBigint(BigInt.asIntN(64, alarm.member));
  return [ALARM, ACTIONS.indexOf(action), member, KINDS.indexOf(alarm.kind)];
}

/** What {@link alarmFields} laid out; `undefined` if it is no operation on alarms. */
export function readAlarmOperation(fields: Fields): AlarmOperation | undefined {
  if (fields[0] !== ALARM) return undefined;
  fieldsOf(fields, "alarm", BOUNDS);
  const action = choiceAt(fields, 1, "action", ACTIONS);
  const member = BigInt.asUintN(64, bigintAt(fields, 2, "member"));
  return { kind: "alarm", action, alarm: { member, kind: choiceAt(fields, 3, "alarm", KINDS) } };
}

export function alarmResultFields({ revision, found }: AlarmResult): MessageField[] {
  return [ALARM_DONE, wholeNumber(revision), found];
}

/** What {@link alarmResultFields} laid out; `undefined` if it is no result of alarms. */
export function readAlarmResult(fields: Fields): AlarmResult | undefined {
  if (fields[0] !== ALARM_DONE) return undefined;
  if (fields.length !== 3) throw new MalformedCommandError("alarm result: expected 3 fields");
  return {
    kind: "alarm",
    revision: countAt(fields, 1, "revision"),
    found: booleanAt(fields, 2, "found"),
  };
}
