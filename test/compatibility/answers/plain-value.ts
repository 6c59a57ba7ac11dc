/** As JSON can carry it: bytes as escaped text, fields of its own for each store as whether they are set. */
export type Comparable =
  | string
  | number
  | boolean
  | null
  | readonly Comparable[]
  | { readonly [field: string]: Comparable };

export type ComparableFields = { readonly [field: string]: Comparable };

/** Of any header: these are each store's own. */
const OWN_IN_HEADERS: ReadonlySet<string> = new Set(["cluster_id", "member_id", "raft_term"]);
const SET = "(set)";

export function isFields(value: Comparable | undefined): value is ComparableFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without classes and bytes; ids of headers are told to be there or not. */
export function plainOf(value: unknown): Comparable {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return textOf(value);
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value === "object") return Object.fromEntries(fieldsOf(value));
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  throw new Error(`no answer holds a ${typeof value}`);
}

function fieldsOf(value: object): [string, Comparable][] {
  return Object.entries(value).map(([name, field]) => {
    const isOwn = OWN_IN_HEADERS.has(name);
    return [name, isOwn && field !== "0" ? SET : plainOf(field)];
  });
}

function textOf(bytes: Buffer): string {
  const escaped = JSON.stringify(bytes.toString("latin1")).slice(1, -1);
  return escaped.replace(
    /[\u007f-\u00ff]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
