/** From here on people are told, shares of the quota. */
const WARNED_FROM: readonly number[] = [0.9, 0.8];

/** Which share of its quota a state takes; 0 where there is none. */
export function quotaShare(stateBytes: number, quotaBytes: number): number {
  return quotaBytes < 0 ? 0 : stateBytes / quotaBytes;
}

/** The highest level that is reached, as a share; 0: nobody need know. */
export function quotaLevel(share: number): number {
  return WARNED_FROM.find((level) => share >= level) ?? 0;
}

/** What to tell people of how full the store is; `undefined` while there is enough room. */
export function quotaWarning(stateBytes: number, quotaBytes: number): string | undefined {
  const share = quotaShare(stateBytes, quotaBytes);
  if (quotaLevel(share) === 0) return undefined;
  const percent = Math.floor(100 * share);
  return `the state takes ${percent}% of its quota of ${quotaBytes} bytes: delete keys, or raise limits.quotaBytes`;
}
