import { codeOf, HoldfastError, messageOf } from "@holdfast/base";

/** What is wrong, by the system's code. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "this user may not read and write it",
  EEXIST: "something else stands where a directory should be",
  EIO: "the disk reports an error",
  EISDIR: "a directory stands where a file should be",
  ELOOP: "its symbolic links lead nowhere",
  EMFILE: "this process has as many files open as it may: raise ulimit -n",
  ENFILE: "this machine has as many files open as it may",
  ENOTDIR: "a file stands where a directory should be",
  EPERM: "this user may not read and write it",
  EROFS: "it is on a file system that can only be read",
};

/** A file or directory of the store is not what it should be, or not to be had. */
export class FilesUnusableError extends HoldfastError {
  readonly code = "FILES_UNUSABLE";
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(path: string, why: string, options: { readonly cause: unknown }) {
    super(
      `${path} cannot be used: ${why}. Put it right if it was moved or its owner changed; ` +
        "else remove the node's whole directory and let the cluster rebuild it as a new store",
      options,
    );
  }
}

/** The failure by its name if the system told what is wrong with `path`; else as it is. */
export function namedIfUnusable(failure: unknown, path: string): unknown {
  const why = WORDS[codeOf(failure)];
  return why === undefined ? failure : new FilesUnusableError(path, why, { cause: failure });
}

/** The same for LevelDB, which tells of files in words of its own. */
export function unusableState(failure: unknown, directory: string): FilesUnusableError {
  let innermost = failure;
  while (innermost instanceof Error && innermost.cause instanceof Error)
    innermost = innermost.cause;
  const why = WORDS[codeOf(innermost)] ?? messageOf(innermost);
  return new FilesUnusableError(directory, why, { cause: failure });
}
