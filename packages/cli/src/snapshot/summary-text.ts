import type { BackupSummary } from "@holdfast/server";
import type { OutputFormat } from "../global-options.ts";
import { table } from "../output/table.ts";
import type { Terminal } from "../terminal.ts";

const HEAD: readonly string[] = [
  "FILE",
  "HASH",
  "REVISION",
  "COMPACT REVISION",
  "TOTAL KEYS",
  "TOTAL SIZE",
  "CLUSTER ID",
  "MEMBER ID",
];

/** What a snapshot holds; the fields of JSON that etcd's `snapshot status` has are named as there. */
export function summaryText(
  terminal: Terminal,
  summary: BackupSummary & { readonly file: string },
  output: OutputFormat | undefined,
): string {
  const { file, crc, revision, compactRevision, keys, fileBytes, clusterId, memberId } = summary;
  if (output === "json") {
    const told = {
      hash: crc,
      revision,
      totalKey: keys,
      totalSize: fileBytes,
      compactRevision,
      raftIndex: summary.appliedIndex,
      raftTerm: summary.appliedTerm,
      clusterId,
      memberId,
    };
    return `${JSON.stringify(told)}\n`;
  }
  const row = [
    file,
    crc.toString(16).padStart(8, "0"),
    String(revision),
    compactRevision < 0 ? "-" : String(compactRevision),
    String(keys),
    `${fileBytes} B`,
    String(clusterId),
    String(memberId),
  ];
  return table(terminal, HEAD, [row]);
}
