/** What the core can do so far; the simulator asks for no more. */
export const FEATURES: {
  readonly membership: boolean;
  readonly transfer: boolean;
  readonly snapshots: boolean;
} = { membership: true, transfer: true, snapshots: true };
