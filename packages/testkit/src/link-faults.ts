/** One direction between two places of a network that loses packets, without a word to either. */
export interface LinkFault {
  readonly from: Place;
  readonly to: Place;
  /**
   * The share that is lost.
   *
   * @default 1
   */
  readonly loss?: number;
}

/** A node by its id, or `"clients"`. */
export type Place = string;

/** All clients, this process: they stand at one place of the network. */
export const CLIENTS: Place = "clients";

/** Neither hears the other. */
export function cut(place: Place, ...others: readonly Place[]): readonly LinkFault[] {
  return [...deaf(place, ...others), ...mute(place, ...others)];
}

/** It hears nothing of the others; what it sends arrives. */
export function deaf(place: Place, ...others: readonly Place[]): readonly LinkFault[] {
  return others.map((other) => ({ from: other, to: place }));
}

/** The others hear nothing of it; what they send arrives. */
export function mute(place: Place, ...others: readonly Place[]): readonly LinkFault[] {
  return others.map((other) => ({ from: place, to: other }));
}

/** Both directions lose a share of their packets. */
export function lossy(
  loss: number,
  place: Place,
  ...others: readonly Place[]
): readonly LinkFault[] {
  return cut(place, ...others).map((fault) => ({ ...fault, loss }));
}
