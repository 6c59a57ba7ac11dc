import { type ByteString, needRows, pause, type Steps } from "@holdfast/base";
import { type CurrentRecord, decodeCurrent } from "../rows/current-row.ts";
import { currentKey, type RowLayout } from "../rows/row-layout.ts";

/** Point reads that are asked for at once; with what is made of them they take a slice. */
const KEYS_PER_READ = 1000;

/** Fetches the latest versions of keys; `undefined` for one that does not exist. */
export function* fetchRecords(
  keys: ReadonlySet<ByteString>,
  layout: RowLayout,
): Steps<Map<ByteString, CurrentRecord | undefined>> {
  const records = new Map<ByteString, CurrentRecord | undefined>();
  const list = [...keys];
  for (let at = 0; at < list.length; at += KEYS_PER_READ) {
    if (at > 0) yield* pause();
    const page = list.slice(at, at + KEYS_PER_READ);
    const rows = yield* needRows(page.map((key) => currentKey(layout, key)));
    for (const [position, key] of page.entries()) {
      const row = rows[position];
      records.set(key, row === undefined ? undefined : decodeCurrent(row));
    }
  }
  return records;
}
