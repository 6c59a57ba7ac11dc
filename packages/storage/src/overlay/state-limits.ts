/** The bounds of a {@link StateStore}. */
export interface StateLimits {
  /**
   * Applied rows held in memory, in bytes. Above it the store is `full` and its
   * writer pauses; what stands between two commit points may go beyond it.
   *
   * @default 64 MiB
   */
  readonly overlayBytesMax: number;
  /**
   * So much is flushed at once, without waiting for the delay.
   *
   * @default 4 MiB
   */
  readonly flushBytes: number;
  /**
   * How long applied rows wait to be flushed with others, in milliseconds. A longer
   * one means fewer syncs and more to replay after a crash.
   *
   * @default 50
   */
  readonly flushDelayMs: number;
  /**
   * How long a View may be held, in milliseconds.
   *
   * @default 60000
   */
  readonly viewMillisMax: number;
  /**
   * Views open at a time.
   *
   * @default 1024
   */
  readonly viewsMax: number;
}

const MIB = 1024 * 1024;

export const STATE_LIMITS: StateLimits = Object.freeze({
  overlayBytesMax: 64 * MIB,
  flushBytes: 4 * MIB,
  flushDelayMs: 50,
  viewMillisMax: 60_000,
  viewsMax: 1_024,
});
