import type { Bounds, Mutant } from "@holdfast/sim";
import { EXIT } from "../exit-codes.ts";
import { wholeNumber } from "../global-options.ts";
import { mutantNamed } from "../sim/examine-mutant.ts";
import { type ExploreEnd, type ExploreFigures, explore } from "../sim/explore.ts";
import { exploreBoundsOf } from "../sim/explore-bounds.ts";
import { untilStopped } from "../sim/until-stopped.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface ExploreOptions {
  readonly explore?: boolean | undefined;
  readonly bounds?: string | undefined;
  /** The name of a mistake to be made in the core. */
  readonly mutant?: string | undefined;
  /** MiB. */
  readonly memory?: string | undefined;
}

const MEMORY_MIB_USUAL = 3_000;
const MEMORY_MIB_LEAST = 200;
const MEMORY_MIB_MOST = 1_000_000;
const LINE_EVERY_MS = 10_000;
const MIB = 1024 * 1024;

/** Tries all that can happen to a few cores within bounds, and says whether that was all. */
export async function simExplore(terminal: Terminal, options: ExploreOptions): Promise<number> {
  const { explore: _, bounds: given, mutant: name, memory, ...others } = options;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new UsageError(`--explore goes with --bounds, --mutant and --memory, not --${other}`);
  }
  const bounds = exploreBoundsOf(given);
  const mutant = name === undefined ? undefined : mutantNamed(name, "core");
  const memoryMib =
    memory === undefined
      ? MEMORY_MIB_USUAL
      : wholeNumber("--memory", memory, MEMORY_MIB_LEAST, MEMORY_MIB_MOST);
  await write(terminal.out, `within ${inWords(bounds)}\n`);
  const news = await untilStopped((signal) =>
    explore({ bounds, mutant, memoryMib, signal, told: progressTo(terminal) }),
  );
  if (terminal.isInteractive) terminal.out.write("\r\u001b[K");
  const lines = [
    ...(news?.end?.kind === "violation" ? news.end.path : []),
    ...(news === undefined ? [] : [figuresLine(news.figures)]),
    verdictOf(news?.end),
  ];
  await write(terminal.out, `${lines.join("\n")}\n`);
  return isWanted(news?.end, mutant) ? EXIT.ok : EXIT.usage;
}

/** Without a mistake nothing may be broken; with one, what the catalogue names has to be. */
function isWanted(end: ExploreEnd | undefined, mutant: Mutant | undefined): boolean {
  if (mutant === undefined) return end !== undefined && end.kind !== "violation";
  return end?.kind === "violation" && mutant.seenBy.includes(end.invariant);
}

function progressTo({ out, isInteractive }: Terminal): (figures: ExploreFigures) => void {
  let lineAt = performance.now();
  return (figures) => {
    if (isInteractive) {
      out.write(`\r\u001b[K${figuresLine(figures).slice(0, 150)}`);
      return;
    }
    if (performance.now() - lineAt < LINE_EVERY_MS) return;
    lineAt = performance.now();
    out.write(`${figuresLine(figures)}\n`);
  };
}

function inWords(bounds: Bounds): string {
  return Object.entries(bounds)
    .map(([name, value]) => `${name} ${count(value)}`)
    .join(" · ");
}

function figuresLine(figures: ExploreFigures): string {
  const { states, named, transitions, cut, depth, memberStates, memberSteps, seconds } = figures;
  const rate = count(Math.round(states / Math.max(seconds, 0.001)));
  return [
    `${count(states)} states (${count(named)} by name)`,
    `${count(transitions)} transitions, ${count(cut)} of them beyond the bounds`,
    `depth ${depth}`,
    `${count(memberStates)} states and ${count(memberSteps)} steps of a core`,
    `${rate} states/s`,
    `${seconds.toFixed(1)} s`,
    `${count(Math.round(figures.bytes / MIB))} MiB`,
  ].join(" · ");
}

function verdictOf(end: ExploreEnd | undefined): string {
  switch (end?.kind) {
    case "exhausted":
      return "all explored within the bounds: nothing broken";
    case "full":
      return `NOT all explored, as there was no room for more (${end.of}); nothing broken in what was`;
    case "violation":
      return `broken: ${end.message}`;
    default:
      return "NOT all explored: it was ended";
  }
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
