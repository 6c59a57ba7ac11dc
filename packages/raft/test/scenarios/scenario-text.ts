/** A file in its order: comments and empty lines as they stand, command lines to be run anew. */
export type Part =
  | { readonly kind: "prose"; readonly line: string }
  | { readonly kind: "block"; readonly commands: readonly string[] };

const RULE = "----";
const SHOWN_AT_FAILURE = 40;

/**
 * Reads a scenario: `#` lines are prose; a block is one or more command lines, a rule
 * of four dashes, and what is printed, up to an empty line. A block that prints
 * nothing needs no rule.
 */
export function parseScenario(text: string): readonly Part[] {
  const parts: Part[] = [];
  let block: string[] = [];
  const close = () => {
    const rule = block.indexOf(RULE);
    const commands = rule < 0 ? block : block.slice(0, rule);
    if (commands.length > 0) parts.push({ kind: "block", commands });
    block = [];
  };
  for (const line of text.trimEnd().split("\n")) {
    const isProse = line === "" || (line.startsWith("#") && !block.includes(RULE));
    if (!isProse) {
      block.push(line);
      continue;
    }
    close();
    parts.push({ kind: "prose", line });
  }
  close();
  return parts;
}

/** The file as it would have to read if `run` is right. A failure tells what was printed before it. */
export function reprintScenario(
  parts: readonly Part[],
  run: (command: string) => readonly string[],
): string {
  const lines: string[] = [];
  try {
    for (const part of parts) {
      if (part.kind === "prose") lines.push(part.line);
      else reprintBlock(part.commands, run, lines);
    }
  } catch (failure) {
    const before = lines.slice(-SHOWN_AT_FAILURE).join("\n");
    throw new Error(`${(failure as Error).message}\n\nafter:\n${before}`, { cause: failure });
  }
  return `${lines.join("\n")}\n`;
}

function reprintBlock(
  commands: readonly string[],
  run: (command: string) => readonly string[],
  lines: string[],
): void {
  const rule = lines.push(...commands);
  for (const command of commands) lines.push(...run(command));
  if (lines.length > rule) lines.splice(rule, 0, RULE);
}
