import { KNOWN_DIFFERENCES } from "./known-differences.ts";

/** The table of what differs, as docs/compatibility.md has it: `COMPARE=print` prints it. */
export function differenceRows(): string {
  const rows = KNOWN_DIFFERENCES.map(
    ({ where, etcd, holdfast, why }) => `| ${where} | ${etcd} | ${holdfast} | ${why} |`,
  );
  return ["| where | etcd 3.4.23 | Holdfast | why |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}
