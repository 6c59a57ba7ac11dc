import { type Comparable, isFields, plainOf } from "../answers/plain-value.ts";
import type { WatchDraft } from "./draw-watch.ts";

const TO_THE_END = "\\u0000";
const NO_PUT = 0;

/** How many of all events a watch has to be told, from its first revision on. */
export function eventsExpected(
  { key, range_end, filters }: WatchDraft,
  start: number,
  all: readonly Comparable[],
): number {
  const from = String(plainOf(key)) || TO_THE_END;
  const to = String(plainOf(range_end));
  const isWanted = (event: Comparable): boolean => {
    if (!isFields(event) || !isFields(event["kv"])) return false;
    const { key: touched, mod_revision: revision } = event["kv"];
    if (Number(revision) < start) return false;
    return !filters.includes(event["type"] === "PUT" ? NO_PUT : 1) && isIn(String(touched));
  };
  const isIn = (touched: string): boolean => {
    if (to === "") return touched === from;
    return order(touched, from) >= 0 && (to === TO_THE_END || order(touched, to) < 0);
  };
  return all.filter(isWanted).length;
}

/** Of bytes, as they are escaped. */
function order(one: string, other: string): number {
  return Buffer.compare(bytesOf(one), bytesOf(other));
}

function bytesOf(escaped: string): Buffer {
  const text = escaped.replace(/\\x([0-9a-f]{2})/g, "\\u00$1");
  return Buffer.from(JSON.parse(`"${text}"`) as string, "latin1");
}
