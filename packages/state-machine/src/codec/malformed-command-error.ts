import { HoldfastError } from "@holdfast/base";

/**
 * Bytes are not what their format says: a batch, a list of queries or a list of
 * results that a peer or a client sent.
 */
export class MalformedCommandError extends HoldfastError {
  readonly code = "MALFORMED";
  readonly outcome = "not-applied";
  readonly retryable = false;
  /** Set when the bytes are of a version that this software does not know; they may be sound. */
  readonly unknownVersion: number | undefined;

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly unknownVersion?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.unknownVersion = options.unknownVersion;
  }

  /** The same complaint, told from one level further out. */
  within(where: string): MalformedCommandError {
    return new MalformedCommandError(`${where}: ${this.message}`, {
      cause: this.cause,
      ...(this.unknownVersion === undefined ? {} : { unknownVersion: this.unknownVersion }),
    });
  }
}
