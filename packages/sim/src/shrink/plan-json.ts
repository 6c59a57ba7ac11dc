/** A file that is no plan of a run, or one that this version does not know. */
export class PlanFileError extends Error {}

/** What every plan begins with: its format, and the seed of what is left to chance. */
export function planJson(
  text: string,
  expected: string,
): { readonly given: Record<string, unknown>; readonly seed: number } {
  const given = objectOf(parsed(text), "the file");
  const { format, seed } = given;
  if (format !== expected) fail(`its format is ${JSON.stringify(format)}, not "${expected}"`);
  if (typeof seed !== "number" || !Number.isSafeInteger(seed)) fail("its seed is no whole number");
  return { given, seed };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail("it is no JSON");
  }
}

export function objectOf(given: unknown, name: string): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return fail(`${name} is no object`);
  }
  return given as Record<string, unknown>;
}

export function number(given: unknown, name: string): void {
  if (typeof given !== "number" || !Number.isFinite(given)) fail(`${name} is no number`);
}

export function fail(what: string): never {
  throw new PlanFileError(`not a plan of a run: ${what}`);
}
