import { HoldfastError } from "@holdfast/base";

/** A file on this machine cannot be written. */
export class LocalFileError extends HoldfastError {
  readonly code = "FILE_UNUSABLE";
  readonly outcome = "not-applied";
  readonly retryable = false;
}
