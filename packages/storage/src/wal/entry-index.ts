import type { GroupId, LogIndex } from "@holdfast/base";

/** From this frame on lie the entries from `first` up to the next place's. */
export interface EntryPlace {
  readonly first: LogIndex;
  readonly segment: number;
  readonly offset: number;
}

/** Reads that go on from where one ended, as a member that catches up and the one that applies do: so many. */
const READERS_MAX = 4;
/** Frames this close behind a place are found by walking from it. */
const WALK_BYTES = 32 * 1024;

/**
 * Where the entries of each group lie: sparse, one place for up to 32 KiB of
 * frames, and only for entries that are neither superseded nor compacted.
 *
 * Invariants: (1) the places of a group ascend in index and in position; (2) what
 * lies between two places is contiguous in one segment's frames.
 */
export class EntryIndex {
  readonly #placesByGroup = new Map<GroupId, EntryPlace[]>();
  /** Where reads ended, the newest first: whoever goes on from there has nothing to walk over. */
  readonly #endsByGroup = new Map<GroupId, readonly EntryPlace[]>();
  #rewrites = 0;

  /** How often entries were superseded: what was found before may lie elsewhere now. */
  get rewrites(): number {
    return this.#rewrites;
  }

  /** Places held, over all groups. */
  get size(): number {
    let size = 0;
    for (const places of this.#placesByGroup.values()) size += places.length;
    return size;
  }

  /** Entries from `place.first` on were written; `lastBefore` was the last index until then. */
  appended(group: GroupId, place: EntryPlace, lastBefore: LogIndex): void {
    const places = this.#places(group);
    const supersedes = place.first <= lastBefore;
    if (supersedes) {
      this.#rewrites++;
      while ((places.at(-1)?.first ?? 0) >= place.first) places.pop();
      this.#keepEnds(group, ({ first }) => first < place.first);
    }
    const last = places.at(-1);
    const near =
      last !== undefined &&
      last.segment === place.segment &&
      place.offset - last.offset < WALK_BYTES;
    if (supersedes || !near) places.push(place);
  }

  /** Entries up to `index` are no longer needed; `last` is the last there is. */
  compacted(group: GroupId, index: LogIndex, last: LogIndex): void {
    const places = this.#places(group);
    this.#keepEnds(group, ({ first }) => first > index);
    if (last <= index) {
      places.length = 0;
      return;
    }
    let gone = 0;
    while ((places[gone + 1]?.first ?? Number.POSITIVE_INFINITY) <= index + 1) gone++;
    places.splice(0, gone);
  }

  reset(group: GroupId): void {
    this.#rewrites++;
    this.#places(group).length = 0;
    this.#endsByGroup.delete(group);
  }

  /** A read ended in the frame at `place`, in which `place.first` lies, and nothing was superseded meanwhile. */
  wasRead(group: GroupId, place: EntryPlace): void {
    this.#keepEnds(group, ({ first }) => first !== place.first);
    const ends = this.#endsByGroup.get(group) ?? [];
    this.#endsByGroup.set(group, [place, ...ends].slice(0, READERS_MAX));
  }

  /** The first segment in which an entry is still needed; `undefined` if there is no entry. */
  firstSegment(): number | undefined {
    let first: number | undefined;
    for (const places of this.#placesByGroup.values()) {
      const segment = places[0]?.segment;
      if (segment !== undefined && (first === undefined || segment < first)) first = segment;
    }
    return first;
  }

  /** The places that hold `from` to `to`, at most `limit` of them, and the first index behind them. */
  find(
    group: GroupId,
    range: { readonly from: LogIndex; readonly to: LogIndex; readonly limit: number },
  ): { readonly places: readonly EntryPlace[]; readonly end: LogIndex } {
    const places = this.#places(group);
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((places[middle]?.first ?? 0) <= range.from) low = middle + 1;
      else high = middle;
    }
    const start = Math.max(0, low - 1);
    let stop = start + 1;
    while (stop < places.length && stop - start < range.limit) {
      if ((places[stop]?.first ?? 0) > range.to) break;
      stop++;
    }
    const end = Math.min(range.to + 1, places[stop]?.first ?? Number.POSITIVE_INFINITY);
    const found = places.slice(start, stop);
    if (found[0] !== undefined) found[0] = this.#nearest(group, found[0], range.from);
    return { places: found, end };
  }

  /** Where a read ended between a place and what is looked for, if one did. */
  #nearest(group: GroupId, place: EntryPlace, from: LogIndex): EntryPlace {
    let nearest = place;
    for (const end of this.#endsByGroup.get(group) ?? []) {
      if (end.first <= from && end.first > nearest.first) nearest = end;
    }
    return nearest;
  }

  #keepEnds(group: GroupId, isKept: (end: EntryPlace) => boolean): void {
    const ends = this.#endsByGroup.get(group);
    if (ends !== undefined) this.#endsByGroup.set(group, ends.filter(isKept));
  }

  #places(group: GroupId): EntryPlace[] {
    const places = this.#placesByGroup.get(group);
    if (places !== undefined) return places;
    const made: EntryPlace[] = [];
    this.#placesByGroup.set(group, made);
    return made;
  }
}
