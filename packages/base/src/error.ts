/** What is known about an operation whose answer is an error. */
export type Outcome = "not-applied" | "applied" | "unknown";

/**
 * The base of every error this system throws on purpose.
 *
 * A code exists only where some caller reacts to it differently from its
 * neighbours; anything else is detail, and belongs in the message or the cause.
 */
export abstract class HoldfastError extends Error {
  /** Stable, documented, and safe to switch on. */
  abstract readonly code: string;
  /** `applied` only when the write is known to have taken effect though the answer failed. */
  abstract readonly outcome: Outcome;
  /** Whether the same request may succeed if it is sent again. */
  abstract readonly retryable: boolean;

  override get name(): string {
    return this.constructor.name;
  }
}

/** The code that the system gives an error, as `ENOENT`; empty where there is none. */
export function codeOf(failure: unknown): string {
  const { code } = (failure ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}

/** The message of anything that was thrown. */
export function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
