import { type ByteString, fromByteString, type Row, toByteString } from "@holdfast/base";

export type Rows = ReadonlyMap<ByteString, string>;

/** Sorts behind all others. */
export const APPLIED_KEY = "z applied";
export const ALL_ROWS = { from: "", to: "\xff", limit: 1_000 };
const KEYS = 16;

/** What an entry does to the rows: puts here, and a deletion there. */
export function changesOf(entry: { readonly index: number; readonly term: number }): readonly {
  readonly key: ByteString;
  readonly value: string | undefined;
}[] {
  const { index, term } = entry;
  const value = `${index}/${term}`;
  return [
    { key: `k${(index * 7 + term) % KEYS}`, value },
    { key: `k${(index * 5 + 3) % KEYS}`, value: index % 3 === 0 ? undefined : value },
    { key: `once ${index % 40}`, value },
    { key: APPLIED_KEY, value: String(index) },
  ];
}

/** The rows after the entries of these terms, from index 1 on. */
export function rowsAfter(terms: readonly number[]): Rows {
  const rows = new Map<ByteString, string>();
  for (const [at, term] of terms.entries()) {
    for (const { key, value } of changesOf({ index: at + 1, term })) {
      if (value === undefined) rows.delete(key);
      else rows.set(key, value);
    }
  }
  return rows;
}

export function shownRows(rows: Rows): string {
  return [...rows.keys()]
    .sort()
    .map((key) => `${key}=${rows.get(key)}`)
    .join();
}

export function rowsOf(rows: readonly Row[]): Rows {
  return new Map(rows.map(({ key, value }) => [key, textOf(value) ?? ""]));
}

export function textOf(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : toByteString(value);
}

export function bytesOf(text: string): Uint8Array {
  return fromByteString(text);
}
