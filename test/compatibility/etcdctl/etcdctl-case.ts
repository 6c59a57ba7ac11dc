/** One command that is run against both. Cases run one after the other, on the same stores. */
export interface EtcdctlCase {
  /** `{lease}` is the id that the last `lease grant` printed, `{client}` an endpoint, `{directory}` a place for files. */
  readonly args: readonly string[];
  readonly input?: string;
  /** It does not end by itself: told to end once this is printed. */
  readonly until?: RegExp;
  /** It neither ends nor prints: told to end once this other command prints that. */
  readonly meanwhile?: { readonly args: readonly string[]; readonly prints: RegExp };
  /** What `-w protobuf` prints, so that it can be read. */
  readonly prints?: string;
  /** Why it is not run yet. */
  readonly pending?: string;
  /** Why its outputs may differ; it is not run. */
  readonly exempt?: string;
  /** What of its output is each cluster's own. */
  readonly own?: RegExp;
}

export function isRun({ pending, exempt }: EtcdctlCase): boolean {
  return pending === undefined && exempt === undefined;
}

export function nameOf({ args, input }: EtcdctlCase): string {
  const line = args.map((word) => (word === "" ? '""' : word)).join(" ");
  return input === undefined ? line : `${line} <<< ${JSON.stringify(input)}`;
}
