import type { ComparisonReport, Difference } from "./compare-requests.ts";

/** What a run found, for people. */
export function describeReport(report: ComparisonReport): string {
  const { requests, revision, codes, excused, differences } = report;
  const counts = (map: ReadonlyMap<string, number>): string =>
    [...map].map(([what, times]) => `${what} ${times}`).join(", ");
  return [
    ...differences.map(describeDifference),
    `${requests} requests up to revision ${revision}: ${counts(codes)}`,
    `known differences: ${counts(excused) || "none"}`,
    `${differences.length} differences`,
  ].join("\n");
}

function describeDifference(difference: Difference): string {
  const { at, node, asked, etcd, holdfast, before } = difference;
  return [
    `request ${at}, node ${node + 1}`,
    ...before.map((one) => `  before    ${JSON.stringify(one)}`),
    `  asked     ${JSON.stringify(asked)}`,
    `  etcd      ${JSON.stringify(etcd)}`,
    `  holdfast  ${JSON.stringify(holdfast)}`,
    "",
  ].join("\n");
}
