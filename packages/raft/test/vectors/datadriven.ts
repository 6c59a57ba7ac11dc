/** One case of a file in etcd's "datadriven" form. */
export interface DatadrivenCase {
  readonly line: number;
  readonly command: string;
  /** `name=value`; a list in brackets has its brackets and spaces removed. */
  readonly named: ReadonlyMap<string, string>;
  /** Lines between command and rule. */
  readonly input: readonly string[];
  readonly expected: readonly string[];
}

/** Reads cases: a command line, input lines, a rule of four dashes, output up to an empty line. */
export function parseDatadriven(text: string): readonly DatadrivenCase[] {
  const cases: DatadrivenCase[] = [];
  let block: { readonly line: number; readonly text: string }[] = [];
  const close = () => {
    const first = block[0];
    if (first !== undefined) cases.push(parseCase(first.line, block));
    block = [];
  };
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") close();
    else if (!line.startsWith("#")) block.push({ line: at + 1, text: line });
  }
  close();
  return cases;
}

function parseCase(line: number, block: readonly { readonly text: string }[]): DatadrivenCase {
  const lines = block.map(({ text }) => text);
  const rule = lines.indexOf("----");
  const [head = "", ...input] = rule < 0 ? lines : lines.slice(0, rule);
  const words = head.replace(/\(([^)]*)\)/g, (_, list: string) => list.replace(/\s/g, ""));
  const [command = "", ...rest] = words.trim().split(/\s+/);
  const named = new Map(rest.map((word) => splitPair(word)));
  return { line, command, named, input, expected: rule < 0 ? [] : lines.slice(rule + 1) };
}

function splitPair(word: string): [string, string] {
  const [name = "", value = ""] = word.split("=");
  return [name, value];
}
