import { type ByteString, needScan, type RowWriter, type Steps } from "@holdfast/base";
import type { Alarm, AlarmOperation, ApplyFailure, Operation } from "../command.ts";
import { alarmKey, alarmOfKey, encodeAlarm, isAutomaticAlarm } from "../rows/alarm-row.ts";
import type { RowLayout } from "../rows/row-layout.ts";
import { alarmRefusing } from "./alarm-effect.ts";

/** Alarms at once, in all of a group, with those that clients think up. The same on every replica. */
export const ALARMS_MAX = 1024;
/** Those of leaders find as much room beyond: two for each of the members there may be, and some for those of before. */
export const LEADERS_ALARMS_MAX = 128;

interface Standing extends Alarm {
  /** A leader raised it by itself. */
  readonly isAutomatic: boolean;
}

/**
 * All alarms of a group that the log knows of, in memory; each is a row. An entry reads and changes
 * them in the order of its operations.
 */
export class AlarmTable {
  readonly #rows: RowWriter;
  readonly #layout: RowLayout;
  #alarms = new Map<ByteString, Standing>();

  constructor(rows: RowWriter, layout: RowLayout) {
    this.#rows = rows;
    this.#layout = layout;
  }

  get count(): number {
    return this.#alarms.size;
  }

  /** By member, then kind. */
  all(): readonly Alarm[] {
    return this.#sorted().map(({ member, kind }) => ({ member, kind }));
  }

  /** Those that a leader raised by itself. */
  automatic(): readonly Alarm[] {
    return this.#sorted().filter(({ isAutomatic }) => isAutomatic);
  }

  /** Reads the table from its rows. */
  *load(): Steps<void> {
    const { alarmPrefix: from, alarmEnd: to } = this.#layout;
    const rows = yield* needScan({ from, to, limit: ALARMS_MAX + LEADERS_ALARMS_MAX });
    this.#alarms = new Map(
      rows.map(({ key, value }) => {
        const alarm = alarmOfKey(this.#layout, key);
        return [key, { ...alarm, isAutomatic: isAutomaticAlarm(value) }];
      }),
    );
  }

  /**
   * Whether the alarm is there now (`activate`, `raise`), or was until now and is gone (`deactivate`, `clear`).
   * One that both a client and a leader raised is of whom it then binds more: see {@link outweighs}.
   */
  apply({ action, alarm }: AlarmOperation): boolean | ApplyFailure {
    const key = alarmKey(this.#layout, alarm);
    const standing = this.#alarms.get(key);
    const isAutomatic = action === "raise" || action === "clear";
    if (action === "deactivate" || action === "clear") {
      if (standing === undefined || (isAutomatic && !standing.isAutomatic)) return false;
      this.#alarms.delete(key);
      this.#rows.delete(key);
      return true;
    }
    if (standing !== undefined && !outweighs({ ...alarm, isAutomatic }, standing)) return true;
    const room = ALARMS_MAX + (isAutomatic ? LEADERS_ALARMS_MAX : 0);
    if (standing === undefined && this.#alarms.size >= room) return { reason: "too-many-alarms" };
    this.#alarms.set(key, { ...alarm, isAutomatic });
    this.#rows.put(key, encodeAlarm(isAutomatic));
    return true;
  }

  #sorted(): readonly Standing[] {
    return [...this.#alarms.keys()].sort().flatMap((key) => this.#alarms.get(key) ?? []);
  }

  /** Why an alarm keeps an operation from being applied; `undefined` where none does. */
  refusal(operation: Operation): ApplyFailure | undefined {
    if (this.#alarms.size === 0) return undefined;
    const kinds = new Set(Array.from(this.#alarms.values(), ({ kind }) => kind));
    return alarmRefusing(kinds, operation);
  }
}

/** A client's lack of space outlasts a leader's, which ends by itself; the member that a leader calls damaged stops. */
function outweighs(raised: Standing, standing: Standing): boolean {
  if (raised.isAutomatic === standing.isAutomatic) return false;
  return raised.isAutomatic === (raised.kind === "corrupt");
}
