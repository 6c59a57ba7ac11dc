import { violationReport } from "@holdfast/sim";
import { EXIT } from "../exit-codes.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { type Examination, type Examined, writeOut } from "./examination.ts";

type Listener = ((line: string) => void) | undefined;

/** Runs it, makes it smaller and draws it, as asked. */
export async function examineSeed(terminal: Terminal, order: Examination): Promise<number> {
  const listener = order.verbose ? (line: string) => terminal.out.write(`${line}\n`) : undefined;
  const first = await begin(order, listener);
  await tell(terminal, first);
  const broken = first.run.violation !== undefined;
  if (order.shrink !== undefined && !broken) {
    throw new UsageError(`nothing to shrink: ${nameOf(order, first)} breaks no promise`);
  }
  const last = order.shrink === undefined ? first : await first.shrink(terminal, order.shrink);
  if (order.report !== undefined) {
    const form = last === first ? "" : ", made smaller";
    const page = await last.page(`${nameOf(order, first)}${form}`);
    writeOut(order.report, page);
    await write(terminal.out, `drawn: ${order.report}, ${Math.ceil(page.length / 1024)} KiB\n`);
  }
  return broken ? EXIT.usage : EXIT.ok;
}

async function begin(order: Examination, listener: Listener): Promise<Examined> {
  if (order.lane === "core") {
    const { ExaminedCores } = await import("./examined-cores.ts");
    return ExaminedCores.begin(order, listener);
  }
  const { ExaminedNodes } = await import("./examined-nodes.ts");
  return ExaminedNodes.begin(order, listener);
}

async function tell({ out }: Terminal, { run, replay }: Examined): Promise<void> {
  const { violation, events, virtualMs, hash } = run;
  if (violation !== undefined) return write(out, `${violationReport(run, replay)}\n`);
  const seconds = (virtualMs / 1000).toFixed(1);
  await write(
    out,
    `ok: no promise broken in ${events} events, ${seconds} s virtual, trace ${hash}\n`,
  );
}

function nameOf({ mutant, plan }: Examination, { run }: Examined): string {
  const by = mutant === undefined ? "" : `, mutant ${mutant}`;
  const lane = run.lane === "core" ? "" : " of whole nodes";
  return plan === undefined ? `seed ${run.seed}${lane}${by}` : `the run of ${plan}${by}`;
}
