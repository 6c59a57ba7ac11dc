import type { Millis } from "@holdfast/base";
import type { Lane } from "../lane.ts";
import type { DrawnRun } from "./drawn-run.ts";
import { DRAWN_EVENTS_MAX, pageDataOf } from "./page-data.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { Story } from "./story.ts";

/** A larger page is drawn anew with half as many events. */
export const PAGE_CHARACTERS_MAX: number = 4 * 1024 * 1024;
const EVENTS_SHOWN = 60;
const DECISIONS_SHOWN = 40;

export interface ReportParts {
  readonly run: DrawnRun;
  readonly story: Story;
  /** Its nodes, such as `3 voters, 0 learners, 1 spares`. */
  readonly cluster: string;
  /** What was run, such as `seed 7, mutant votes-twice`. */
  readonly title: string;
  /** The command that runs it again. */
  readonly replay: string;
  /** What is left of a run that was made smaller. */
  readonly decisions?: readonly TimedText[] | undefined;
}

export interface TimedText {
  readonly at: Millis;
  readonly text: string;
}

/** A page of its own that draws a run: it loads nothing, and asks for nothing. */
export function reportPage(parts: ReportParts): string {
  for (let eventsMax = DRAWN_EVENTS_MAX; ; eventsMax = Math.floor(eventsMax / 2)) {
    const page = pageOf(parts, eventsMax);
    if (page.length <= PAGE_CHARACTERS_MAX || eventsMax < 1) return page;
  }
}

function pageOf(parts: ReportParts, eventsMax: number): string {
  const { run, story, title } = parts;
  const { data, omitted } = pageDataOf(run, story, eventsMax);
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
${verdict(run)}
<p class="figures">${escaped(figures(parts))}</p>
<p class="figures">${escaped(NAMES[run.lane])}</p>
</header>
${CHART}
${omitted.length === 0 ? "" : `<p class="omitted">Not drawn: ${escaped(omitted.join("; "))}.</p>`}
${decisionsOf(parts)}
${lastEvents(run)}
<section><h2>Again</h2><pre>${escaped(parts.replay)}</pre></section>
<section><details><summary>Options of this run</summary>${options(run)}</details></section>
<script type="application/json" id="data">${json}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** Messages and events name members, pictures name machines. */
const NAMES: Record<Lane, string> = {
  core: "In messages, member 1000 is node 0, 2000 is node 1, and so on; 2001 is node 1 after its disk was wiped. t6 is term 6.",
  server:
    "In events and words, n1 is node 0, n2 is node 1, and so on; the clients stand behind the last one. Ids of members are drawn by chance. t6 is term 6.",
};

const NOTHING: Record<Lane, string> = {
  core: "Nothing: no fault, no client.",
  server: "No fault.",
};

const CHART = `<section class="chart">
<div class="tools">
<span class="buttons">
<button type="button" data-view="end">The end</button>
<button type="button" data-view="all">Whole run</button>
<button type="button" data-view="in" aria-label="zoom in">+</button>
<button type="button" data-view="out" aria-label="zoom out">−</button>
</span>
<span class="chips" id="chips"></span>
<span class="hint">drag to move, Ctrl and wheel or + − to zoom, ← → to step</span>
</div>
<canvas id="overview" height="34" aria-label="the whole run"></canvas>
<canvas id="lanes" tabindex="0" aria-label="nodes over time"></canvas>
<div id="tip" role="status" hidden></div>
<div class="legend" id="legend"></div>
</section>`;

function verdict({ violation }: DrawnRun): string {
  if (violation === undefined) return `<p class="verdict ok">No promise was broken.</p>`;
  return `<div class="verdict broken"><strong>${escaped(violation.invariant)}</strong><p>${escaped(violation.message.replace(/^[^:]+: /, ""))}</p></div>`;
}

function figures({ run, cluster }: ReportParts): string {
  const { virtualMs, events, elections, committed, writes, reads, hash } = run;
  return [
    cluster,
    `${(virtualMs / 1000).toFixed(2)} s virtual`,
    `${events} events`,
    `${elections} elections`,
    `${committed} committed entries`,
    `${writes} writes and ${reads} reads done`,
    `trace ${hash}`,
  ].join(" · ");
}

function decisionsOf({ run, decisions }: ReportParts): string {
  if (decisions === undefined) return "";
  const rows = decisions
    .slice(-DECISIONS_SHOWN)
    .map(({ at, text }) => `<tr><td>${at.toFixed(1)} ms</td><td>${escaped(text)}</td></tr>`);
  const before = decisions.length - rows.length;
  const more = before > 0 ? `<p>${before} before these are not listed.</p>` : "";
  const table =
    rows.length === 0 ? `<p>${NOTHING[run.lane]}</p>` : `<table>${rows.join("")}</table>`;
  return `<section><h2>What it takes</h2>${more}${table}</section>`;
}

function lastEvents({ violation }: DrawnRun): string {
  if (violation === undefined) return "";
  const lines = violation.events.slice(-EVENTS_SHOWN).map(escaped);
  return `<section><details open><summary>The last ${lines.length} events</summary><pre class="events">${lines.join("\n")}</pre></details></section>`;
}

function options({ plan }: DrawnRun): string {
  const groups = Object.entries(plan).filter(([, value]) => typeof value === "object");
  const single = Object.entries(plan).filter(([, value]) => typeof value !== "object");
  const rows = (entries: readonly (readonly [string, unknown])[]): string =>
    entries
      .map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(shown(value))}</td></tr>`)
      .join("");
  const tables = [["run", Object.fromEntries(single)] as const, ...groups].map(
    ([name, values]) =>
      `<div><h3>${escaped(name)}</h3><table>${rows(Object.entries(values as object))}</table></div>`,
  );
  return `<div class="options">${tables.join("")}</div>`;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "never";
  if (typeof value === "number" && !Number.isInteger(value)) return value.toPrecision(4);
  return String(value);
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
