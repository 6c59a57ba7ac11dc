/** What a text of etcdctl is full of, and no two clusters share, by the word that stands for it. */
const OWN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/\b0x[0-9a-f]+\??/g, "0x"],
  [/"(ts|took)":[\d.]+/g, '"$1":"(own)"'],
  [/"(ts|target|caller|address)":"[^"]*"/g, '"$1":"(own)"'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*/g, "(time)"],
  [/\b\d+(\.\d+)?(ns|µs|ms|m?s)\b/g, "(duration)"],
  [/\b\d+(\.\d+)? (B|kB|MB|GB)\b/g, "(size)"],
  [/\b[0-9a-f]{10,16}\b/g, "(id)"],
  [/\b3\.(4\.23|6\.0)\b/g, "(version)"],
  [/remaining\((-?)\d+s\)/g, "remaining($1seconds)"],
  // Term and indices of a status, in a line or a table.
  [
    /\b(true|false)(,? \|? ?)(true|false)(,? \|? ?)\d+(,? \|? ?)\d+(,? \|? ?)\d+/g,
    "$1 $3 (indices)",
  ],
];

/** Fields of messages that are each cluster's own: as protobuf names them, as etcdctl's `fields` do. */
const OWN_FIELDS: ReadonlySet<string> = new Set(
  [
    "cluster_id member_id raft_term version leader raftIndex raftTerm raftAppliedIndex dbSize",
    "dbSizeInUse hash ID id lease ClusterID MemberID RaftTerm Version DBSize Leader RaftIndex",
    "RaftAppliedIndex Hash Lease ttl TTL memberID",
  ].flatMap((line) => line.split(" ")),
);
const OWN = "(own)";

export interface OwnTexts {
  readonly endpoints: readonly string[];
  readonly peers: readonly string[];
  /** Where it puts files. */
  readonly directory: string;
}

/** A text of etcdctl with all in it that has to be equal. */
export function normaliseOutput(text: string, own: OwnTexts): string {
  const lines = text.split("\n").map((line) => jsonLine(line) ?? fieldLine(line) ?? line);
  const narrow = lines.join("\n").replace(/-{4,}/g, "----").replace(/ {2,}/g, " ");
  return replaceAll(narrow, own);
}

function replaceAll(text: string, { endpoints, peers, directory }: OwnTexts): string {
  let replaced = text.replaceAll(directory, "(directory)");
  for (const [at, endpoint] of endpoints.entries())
    replaced = replaced.replaceAll(endpoint, `(client ${at + 1})`);
  for (const [at, peer] of peers.entries())
    replaced = replaced.replaceAll(peer, `(peer ${at + 1})`);
  for (const [pattern, word] of OWN_WORDS) replaced = replaced.replace(pattern, word);
  return replaced;
}

/** `"Field" : value`, as `-w fields` prints. */
function fieldLine(line: string): string | undefined {
  const name = /^"(\w+)" : /.exec(line)?.[1];
  if (name === undefined || !OWN_FIELDS.has(name)) return undefined;
  return line.endsWith(" : 0") ? line : `"${name}" : ${OWN}`;
}

function jsonLine(line: string): string | undefined {
  if (!/^[[{]/.test(line)) return undefined;
  try {
    return JSON.stringify(JSON.parse(line), (name, value: unknown) =>
      OWN_FIELDS.has(name) && value !== 0 && typeof value !== "object" ? OWN : value,
    );
  } catch {
    return undefined;
  }
}
