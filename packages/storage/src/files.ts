/**
 * The file system of a store, as far as the log needs it. Production stands on
 * `node:fs`, tests on memory, the simulator on a disk that tears writes.
 *
 * Paths are relative to the store's directory and use `/`.
 */
export interface Files {
  /** Names in a directory, in no order; empty where the directory does not exist. */
  list(directory: string): Promise<readonly string[]>;
  makeDirectory(directory: string): Promise<void>;
  /** Opens for reading and positional writing; `create` makes it if it is missing, else that is an error. */
  open(path: string, options: OpenOptions): Promise<StoreFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; one that is not there is no error. */
  unlink(path: string): Promise<void>;
  /** Removes a directory with all that is in it; one that is not there is no error. */
  removeDirectory(directory: string): Promise<void>;
  /** Makes renames, creations and removals in a directory survive a power cut. */
  syncDirectory(directory: string): Promise<void>;
  /** Bytes still free for this store; `undefined` where the system does not tell. */
  freeBytes(): Promise<number | undefined>;
  /** How writes are made durable here, for the log line at start. */
  readonly durability: string;
}

export interface OpenOptions {
  readonly create: boolean;
  /** Every write resolves only when it would survive a power cut (Linux: `O_DSYNC`). */
  readonly durableWrites: boolean;
}

/** One open file. Writes may overlap in time only where they do not overlap in place. */
export interface StoreFile {
  /** Where a person finds it; for messages only. */
  readonly name: string;
  size(): Promise<number>;
  /** Reads up to `length` bytes; fewer only at the end of the file. */
  readAt(offset: number, length: number): Promise<Uint8Array>;
  /** Writes all of `bytes`; with `durableWrites` it survives a power cut once this resolves. */
  writeAt(offset: number, bytes: Uint8Array): Promise<void>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
