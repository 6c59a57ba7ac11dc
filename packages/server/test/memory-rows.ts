import type {
  ByteString,
  Row,
  RowAnswer,
  RowNeed,
  RowScan,
  RowWriter,
  Steps,
} from "@holdfast/base";
import { type EngineSnapshot, MemoryEngine } from "@holdfast/storage";

/** Rows of one replica in memory, kept in order. */
export class MemoryRows implements RowWriter {
  readonly #values = new Map<ByteString, Uint8Array>();
  readonly #keys: ByteString[] = [];

  put(key: ByteString, value: Uint8Array): void {
    if (!this.#values.has(key)) this.#keys.splice(this.#position(key), 0, key);
    this.#values.set(key, value);
  }

  delete(key: ByteString): void {
    if (this.#values.delete(key)) this.#keys.splice(this.#position(key), 1);
  }

  /** One thread that runs every computation to its end shows nobody a half. */
  publish(): void {}

  run<Result>(steps: Steps<Result>): Result {
    let step = steps.next();
    while (step.done !== true) step = steps.next(this.#answer(step.value));
    return step.value;
  }

  /** All of them as they are now. */
  async frozen(): Promise<EngineSnapshot> {
    const engine = new MemoryEngine();
    await engine.writeDurably([...this.#values].map(([key, value]) => ({ key, value })));
    return engine.snapshot();
  }

  #answer(need: RowNeed): RowAnswer {
    switch (need.kind) {
      case "rows":
        return need.keys.map((key) => this.#values.get(key));
      case "scan":
        return this.#scan(need.scan);
      case "pause":
      case "commit":
        return undefined;
    }
  }

  #scan(scan: RowScan): readonly Row[] {
    const keys = this.#keys.slice(this.#position(scan.from), this.#position(scan.to));
    if (scan.reverse === true) keys.reverse();
    return keys.slice(0, scan.limit).map((key) => ({
      key,
      value: scan.keysOnly === true ? new Uint8Array(0) : (this.#values.get(key) as Uint8Array),
    }));
  }

  /** Where the first key stands that is not below `key`. */
  #position(key: ByteString): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as ByteString) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
