import type { InlineValues, MeasuredVariant, ValueFigures } from "./inline-values.ts";

const COLUMNS: readonly {
  readonly title: string;
  readonly cell: (figures: ValueFigures) => string;
}[] = [
  { title: "put µs", cell: ({ putCpu }) => putCpu.toFixed(1) },
  { title: "put B", cell: ({ putWritten }) => putWritten.toFixed(0) },
  { title: "disk B/key", cell: ({ diskPerKey }) => diskPerKey.toFixed(0) },
  { title: "cold get µs", cell: ({ coldGetCpu }) => coldGetCpu.toFixed(1) },
  { title: "(wall)", cell: ({ coldGetWall }) => coldGetWall.toFixed(1) },
  { title: "warm get µs", cell: ({ warmGetCpu }) => warmGetCpu.toFixed(1) },
  { title: "(wall)", cell: ({ warmGetWall }) => warmGetWall.toFixed(1) },
  { title: "range ms", cell: ({ rangeCpu }) => (rangeCpu / 1000).toFixed(1) },
  { title: "(wall)", cell: ({ rangeWall }) => (rangeWall / 1000).toFixed(1) },
  { title: "keys-only ms", cell: ({ keysOnlyCpu }) => (keysOnlyCpu / 1000).toFixed(1) },
];

/** `holdfast bench values`. */
export function inlineValuesText(report: InlineValues, json: boolean): string {
  // JSON knows no infinity.
  if (json) return JSON.stringify(report, (_, value) => (value === Infinity ? "all" : value), 2);
  const { variants, putsPerEntry, rangeKeys } = report;
  const rounds = variants[0]?.rounds.length ?? 0;
  const lines = [
    ["values", "inline", "keys", ...COLUMNS.map(({ title }) => title)],
    ...variants.map((one) => [...named(one), ...COLUMNS.map(({ cell }) => cell(one.figures))]),
  ];
  return [
    `${putsPerEntry} puts an entry, ranges of ${rangeKeys} keys; µs and ms of CPU, of all threads; medians of ${rounds} rounds`,
    ...aligned(lines),
  ].join("\n");
}

function named({ valueSizes, inlineBytesMax, keys }: MeasuredVariant): readonly string[] {
  const [size] = valueSizes;
  const values = valueSizes.length === 1 ? `${size} B` : "mixed";
  return [values, inlineName(inlineBytesMax), keys.toLocaleString("en-US")];
}

function inlineName(inlineBytesMax: number): string {
  if (inlineBytesMax === 0) return "none";
  return Number.isFinite(inlineBytesMax) ? `to ${inlineBytesMax} B` : "all";
}

function aligned(lines: readonly (readonly string[])[]): readonly string[] {
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) =>
    line.map((cell, column) => cell.padStart(widths?.[column] ?? 0)).join("  "),
  );
}
