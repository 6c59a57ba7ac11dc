/** A store does not have what it said it has. */
export class PromiseBrokenError extends Error {
  override readonly name = "PromiseBrokenError";
}
