import {
  type Cancel,
  type Clock,
  type Logger,
  type MemberId,
  messageOf,
  type Turn,
} from "@holdfast/base";
import type { SnapshotFetch, SnapshotMeta } from "@holdfast/raft";
import type { Engine, StateDirectories } from "@holdfast/storage";
import type { SnapshotSource } from "../ports/peer-network.ts";
import { FetchGivenUp, SnapshotFetching } from "./snapshot-fetching.ts";
import type { SnapshotObserver } from "./snapshot-observer.ts";

export interface SnapshotFetcherParts {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  readonly directories: StateDirectories;
  readonly observe: SnapshotObserver;
  openEngine(directory: string): Promise<Engine>;
  source(from: MemberId): SnapshotSource;
  nameOf(peer: MemberId): string;
  /** The state is whole, verified and durable, in a directory of its own. */
  staged(meta: SnapshotMeta): void;
  /** The state that was wanted last could not be had; told some time after it failed. */
  givenUp(meta: SnapshotMeta): void;
}

/** Before a state that could not be fetched may be asked for again, ms: what failed may well fail again. */
export const REFETCH_MS = 1_000;

/**
 * A follower's side: it fetches the state that was offered last into a fresh directory,
 * beside the one in use. One at a time; what was begun is thrown away for a newer offer.
 */
export class SnapshotFetcher {
  readonly #parts: SnapshotFetcherParts;
  #fetching: SnapshotFetching | undefined;
  /** Directories of states that are whole and that the core has not decided on, by their last entry. */
  readonly #staged = new Map<string, string>();
  /** The end of all work so far: attempts follow one another. */
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  #cancelGivenUp: Cancel = () => undefined;

  constructor(parts: SnapshotFetcherParts) {
    this.#parts = parts;
  }

  /** Fetches an offered state; the same offer again changes nothing. */
  fetch(wanted: SnapshotFetch): void {
    if (this.#stopped || this.#fetching?.isFor(wanted) === true) return;
    this.#fetching?.giveUp("a newer one was offered");
    this.#cancelGivenUp();
    const fetching = new SnapshotFetching(wanted, this.#parts);
    this.#fetching = fetching;
    this.#parts.observe.snapshotsUnderWay("received", 1);
    this.#work = this.#work.then(() => this.#run(fetching));
  }

  /** Where a whole state lies that the core wants to install; `undefined`: there is none. */
  directoryOf(meta: SnapshotMeta): string | undefined {
    return this.#staged.get(nameOf(meta));
  }

  /** It has become the state in use. */
  installed(meta: SnapshotMeta): void {
    this.#staged.delete(nameOf(meta));
    for (const [name, directory] of this.#staged) this.#forget(name, directory);
  }

  /** The core does not need it after all. */
  dropped(meta: SnapshotMeta): void {
    const name = nameOf(meta);
    const directory = this.#staged.get(name);
    if (directory !== undefined) this.#forget(name, directory);
    if (this.#fetching !== undefined && nameOf(this.#fetching.wanted.meta) === name) {
      this.#fetching.giveUp("it is not needed any more");
      this.#fetching = undefined;
    }
  }

  /** Resolves when nothing is fetched or removed any more. What was staged goes at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#fetching?.giveUp("the node is stopping");
    this.#cancelGivenUp();
    await this.#work;
  }

  async #run(fetching: SnapshotFetching): Promise<void> {
    const { directories, clock, logger, observe, nameOf: peerName } = this.#parts;
    const { from, meta } = fetching.wanted;
    const told = logger.child({ peer: peerName(from), index: meta.last.index });
    const startedAt = clock.now();
    const directory = directories.next();
    let whole = false;
    try {
      const { rows } = await fetching.run(directory);
      whole = true;
      this.#staged.set(nameOf(meta), directory);
      const { bytes } = fetching;
      told.info({ rows, bytes, seconds: (clock.now() - startedAt) / 1000 }, "state received");
    } catch (failure) {
      const why = messageOf(failure);
      if (failure instanceof FetchGivenUp) told.info({ why }, "state of a peer not fetched");
      else told.warn({ why }, "state of a peer could not be fetched");
      await this.#remove(directory);
    }
    const seconds = (clock.now() - startedAt) / 1000;
    observe.snapshotEnded({ way: "received", whole, bytes: fetching.bytes, seconds });
    const isCurrent = this.#fetching === fetching;
    if (isCurrent) this.#fetching = undefined;
    observe.snapshotsUnderWay("received", this.#fetching === undefined ? 0 : 1);
    if (!isCurrent) {
      // What was given up while its last chunk was being written is whole, but nobody wants it.
      if (whole) this.#forget(nameOf(meta), directory);
      return;
    }
    if (whole) this.#parts.staged(meta);
    else this.#tellGivenUp(meta);
  }

  #tellGivenUp(meta: SnapshotMeta): void {
    if (this.#stopped) return;
    this.#cancelGivenUp = this.#parts.clock.timer(REFETCH_MS, () => this.#parts.givenUp(meta));
  }

  #forget(name: string, directory: string): void {
    this.#staged.delete(name);
    this.#work = this.#work.then(() => this.#remove(directory));
  }

  async #remove(directory: string): Promise<void> {
    try {
      await this.#parts.directories.remove(directory);
    } catch (failure) {
      const why = messageOf(failure);
      this.#parts.logger.warn({ directory, why }, "a state that is not needed was not removed");
    }
  }
}

function nameOf({ last }: SnapshotMeta): string {
  return `${last.term}/${last.index}`;
}
