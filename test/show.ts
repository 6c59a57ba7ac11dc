/** Prints the figures of a proof, so that a run says more than that it passed. */
export function show(what: string, figures: object): void {
  process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`);
}
