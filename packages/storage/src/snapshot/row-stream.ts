import { type ByteString, fromByteString, type Row, toByteString } from "@holdfast/base";
import { SnapshotCorruptError } from "./snapshot-errors.ts";

/** Before each row: the lengths of key and value, 4 bytes each, least significant first. */
const HEADER_BYTES = 8;

/** Cuts a stream of rows into pieces of one size; a row may lie in several. */
export class RowStreamEncoder {
  readonly #pieceBytes: number;
  readonly #done: Uint8Array[] = [];
  #piece: Uint8Array;
  #filled = 0;
  readonly #header = new Uint8Array(HEADER_BYTES);
  readonly #lengths = new DataView(this.#header.buffer);

  constructor(pieceBytes: number) {
    this.#pieceBytes = pieceBytes;
    this.#piece = new Uint8Array(pieceBytes);
  }

  /** Whole pieces that wait to be taken. */
  get pieces(): number {
    return this.#done.length;
  }

  add({ key, value }: Row): void {
    this.#lengths.setUint32(0, key.length, true);
    this.#lengths.setUint32(4, value.length, true);
    this.#put(this.#header);
    this.#put(fromByteString(key));
    this.#put(value);
  }

  /** The oldest whole piece. */
  take(): Uint8Array | undefined {
    return this.#done.shift();
  }

  /** What is left behind the whole pieces; perhaps nothing. */
  takeRest(): Uint8Array {
    const rest = this.#piece.subarray(0, this.#filled);
    this.#piece = new Uint8Array(0);
    this.#filled = 0;
    return rest;
  }

  #put(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + this.#pieceBytes - this.#filled);
      this.#piece.set(
        from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to),
        this.#filled,
      );
      this.#filled += to - from;
      from = to;
      if (this.#filled < this.#pieceBytes) continue;
      this.#done.push(this.#piece);
      this.#piece = new Uint8Array(this.#pieceBytes);
      this.#filled = 0;
    }
  }
}

/** Makes rows of the pieces of a stream, which must come in order and begin with the first. */
export class RowStreamDecoder {
  readonly #rowBytesMax: number;
  /** The beginning of a row whose end has not come yet. */
  #open: Uint8Array[] = [];
  #openBytes = 0;
  #neededBytes = HEADER_BYTES;
  #lastKey: ByteString | undefined;

  constructor(rowBytesMax: number) {
    this.#rowBytesMax = rowBytesMax;
  }

  /** Whether the stream may end here. */
  get isBetweenRows(): boolean {
    return this.#openBytes === 0;
  }

  /**
   * The rows that end in this piece; their values may be views of it.
   *
   * @throws SnapshotCorruptError on what {@link RowStreamEncoder} never makes of rows in order.
   */
  push(piece: Uint8Array): readonly Row[] {
    this.#open.push(piece);
    this.#openBytes += piece.length;
    if (this.#openBytes < this.#neededBytes) return [];
    const bytes = joined(this.#open, this.#openBytes);
    const rows: Row[] = [];
    const at = this.#decode(bytes, rows);
    this.#open = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#openBytes = bytes.length - at;
    return rows;
  }

  /** Reads whole rows; answers where the first lies that is not whole. */
  #decode(bytes: Uint8Array, rows: Row[]): number {
    const lengths = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    this.#neededBytes = HEADER_BYTES;
    while (bytes.length - at >= HEADER_BYTES) {
      const keyLength = lengths.getUint32(at, true);
      const valueLength = lengths.getUint32(at + 4, true);
      const rowBytes = HEADER_BYTES + keyLength + valueLength;
      if (rowBytes > this.#rowBytesMax) {
        throw new SnapshotCorruptError(
          `a row of ${rowBytes} bytes, ${this.#rowBytesMax} is the limit`,
        );
      }
      if (bytes.length - at < rowBytes) {
        this.#neededBytes = rowBytes;
        return at;
      }
      const valueAt = at + HEADER_BYTES + keyLength;
      const key = toByteString(bytes.subarray(at + HEADER_BYTES, valueAt));
      this.#checkOrder(key);
      at += rowBytes;
      rows.push({ key, value: bytes.subarray(valueAt, at) });
    }
    return at;
  }

  #checkOrder(key: ByteString): void {
    if (this.#lastKey !== undefined && key <= this.#lastKey) {
      throw new SnapshotCorruptError("its rows are not in the order of their keys");
    }
    this.#lastKey = key;
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
