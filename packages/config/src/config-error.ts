import { HoldfastError, type Outcome } from "@holdfast/base";

/** One thing that is wrong in a configuration. */
export interface ConfigProblem {
  /** Where, such as `nodes[1].client`; empty for the whole. */
  readonly path: string;
  /** The line in the file, from 1; undefined where it is unknown or not from a file. */
  readonly line: number | undefined;
  readonly expected: string;
  readonly found: string;
}

/**
 * A configuration that cannot be used: all its problems at once, each with its
 * place, what was expected there and what was found.
 */
export class ConfigError extends HoldfastError {
  readonly code = "CONFIG_INVALID";
  readonly outcome: Outcome = "not-applied";
  readonly retryable = false;
  /** The file, or what stands in for one, such as `environment`. */
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => describeProblem(file, problem)).join("\n"));
    this.file = file;
    this.problems = problems;
  }
}

function describeProblem(file: string, { path, line, expected, found }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}`;
  const inside = path === "" ? "" : ` ${path}:`;
  return `${place}:${inside} expected ${expected}, found ${found}`;
}
