import { randomUUID } from "node:crypto";
import { EtcdEndpoint } from "@holdfast/client";

/** A write that a node has said to be done. Times are of this process's monotonic clock, ms. */
export interface AcknowledgedWrite {
  readonly node: string;
  readonly key: string;
  readonly value: string;
  readonly startedAt: number;
  readonly acknowledgedAt: number;
}

export interface WriteProbeOptions {
  /** The node that is written through. */
  readonly node: { readonly id: string; readonly client: string };
  readonly keyPrefix: string;
  /** Between two writes, ms. */
  readonly intervalMs: number;
  /** How long one write may take, ms; after that nobody knows, and it is not counted. */
  readonly timeoutMs: number;
  /** While so many have no answer, none is added. */
  readonly inFlightMax: number;
}

/** Writes a new key with a new value every few milliseconds through one node, whatever happens to it. */
export class WriteProbe {
  readonly #options: WriteProbeOptions;
  readonly #acknowledged: (write: AcknowledgedWrite) => void;
  readonly #endpoint: EtcdEndpoint;
  readonly #inFlight = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #written = 0;

  constructor(options: WriteProbeOptions, acknowledged: (write: AcknowledgedWrite) => void) {
    this.#options = options;
    this.#acknowledged = acknowledged;
    this.#endpoint = new EtcdEndpoint(options.node.client);
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), this.#options.intervalMs);
  }

  /** Stops, and waits for the answers that are owed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await Promise.all(this.#inFlight);
    this.#endpoint.close();
  }

  #tick(): void {
    if (this.#inFlight.size >= this.#options.inFlightMax) return;
    const write = this.#write().finally(() => this.#inFlight.delete(write));
    this.#inFlight.add(write);
  }

  async #write(): Promise<void> {
    const { node, keyPrefix, timeoutMs } = this.#options;
    this.#written += 1;
    const key = `${keyPrefix}${node.id}/${String(this.#written).padStart(9, "0")}`;
    const value = randomUUID();
    const startedAt = performance.now();
    try {
      await this.#endpoint.put(key, value, { timeoutMs });
    } catch {
      return; // Refused or unknown: nothing was promised, so nothing can be lost.
    }
    this.#acknowledged({ node: node.id, key, value, startedAt, acknowledgedAt: performance.now() });
  }
}
