/** A time of a history for people; `undefined` is not known. */
export function timeText(at: number | undefined): string {
  if (at === undefined) return "?";
  return Number.isInteger(at) ? String(at) : at.toFixed(3);
}
