/** Keys that all clients read and write. */
const CONTESTED = "k/";
/** Keys that are written once, by one client. */
export const OWN_PREFIX = "w/";

export function contestedKey(number: number): string {
  return `${CONTESTED}${number}`;
}

/** Changes with a contested key, in the same revision. */
export function keyBeside(contested: string): string {
  return `b/${contested}`;
}

export function ownKey(client: number | string, number: number): string {
  return `${OWN_PREFIX}${client}/${number}`;
}
