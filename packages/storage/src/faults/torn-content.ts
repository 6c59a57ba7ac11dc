import { below, type Random } from "@holdfast/base";

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

interface SectorVersion {
  readonly change: number;
  readonly bytes: Uint8Array;
}

interface SizeVersion {
  readonly change: number;
  readonly size: number;
}

/**
 * The bytes of a file as a process sees them, and beside them what a power cut would
 * leave: each sector as it last was durable, or as any write since has left it.
 */
export class TornContent {
  #seen = new Uint8Array(0);
  #durable = new Uint8Array(0);
  readonly #sectors = new Map<number, SectorVersion[]>();
  #sizes: SizeVersion[] = [];
  #changes = 0;

  get size(): number {
    return this.#seen.length;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#seen.slice(offset, offset + length);
  }

  /** Answers the change's number, for {@link settle}. */
  write(offset: number, bytes: Uint8Array): number {
    const end = offset + bytes.length;
    if (end > this.size) this.resize(end);
    this.#seen.set(bytes, offset);
    const change = ++this.#changes;
    for (let at = sectorOf(offset); at < end; at += SECTOR_BYTES) this.#noteSector(at, change);
    return change;
  }

  resize(size: number): void {
    const change = ++this.#changes;
    const from = Math.min(size, this.size);
    const resized = new Uint8Array(size);
    resized.set(this.#seen.subarray(0, from));
    this.#seen = resized;
    this.#sizes.push({ change, size });
    for (const at of this.#sectors.keys())
      if (at + SECTOR_BYTES > from) this.#noteSector(at, change);
  }

  /** All changes until now. */
  get changes(): number {
    return this.#changes;
  }

  /** Makes changes up to `change` survive a power cut, where they lie in `[from, to)`; the size always. */
  settle(change: number, from = 0, to: number = Number.POSITIVE_INFINITY): void {
    const size = this.#sizes.findLast((one) => one.change <= change)?.size;
    this.#sizes = this.#sizes.filter((one) => one.change > change);
    if (size !== undefined) this.#durable = sized(this.#durable, size);
    for (const [at, versions] of this.#sectors) {
      if (at + SECTOR_BYTES <= from || at >= to) continue;
      const version = versions.findLast((one) => one.change <= change);
      if (version !== undefined) place(this.#durable, at, version.bytes);
      const left = versions.filter((one) => one.change > change);
      if (left.length > 0) this.#sectors.set(at, left);
      else this.#sectors.delete(at);
    }
  }

  /** What stands there once power is back; all of it durable. */
  afterPowerCut(random: Random): TornContent {
    const after = new TornContent();
    const sizes = [this.#durable.length, ...this.#sizes.map(({ size }) => size)];
    const bytes = sized(this.#durable, sizes[below(random, sizes.length)] ?? 0);
    for (const [at, versions] of this.#sectors) {
      const version = versions[below(random, versions.length + 1) - 1];
      if (version !== undefined) place(bytes, at, version.bytes);
    }
    after.#seen = bytes;
    after.#durable = bytes.slice();
    return after;
  }

  #noteSector(at: number, change: number): void {
    const seen = this.#seen.slice(at, at + SECTOR_BYTES);
    const bytes = seen.length === SECTOR_BYTES ? seen : sized(seen, SECTOR_BYTES);
    const versions = this.#sectors.get(at);
    if (versions === undefined) this.#sectors.set(at, [{ change, bytes }]);
    else versions.push({ change, bytes });
  }
}

function sectorOf(offset: number): number {
  return offset - (offset % SECTOR_BYTES);
}

function sized(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, Math.min(size, bytes.length)));
  return result;
}

/** As much of a sector as the file has room for. */
function place(bytes: Uint8Array, at: number, sector: Uint8Array): void {
  if (at < bytes.length) bytes.set(sector.subarray(0, bytes.length - at), at);
}
