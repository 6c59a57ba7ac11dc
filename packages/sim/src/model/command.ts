/** What one operation of a client does to the modelled store; its number is its identity. */
export type Operation =
  | { readonly kind: "read"; readonly key: number }
  | { readonly kind: "write"; readonly key: number; readonly value: number }
  | {
      readonly kind: "cas";
      readonly key: number;
      readonly expected: number;
      readonly value: number;
    };

const NUMBER_BYTES = 4;

/** A payload that names an operation; it is `length` bytes long, or as long as the name needs. */
export function encodeCommand(operation: number, length: number): Uint8Array {
  const payload = new Uint8Array(Math.max(NUMBER_BYTES, length));
  for (let at = 0; at < NUMBER_BYTES; at++) payload[at] = (operation >>> (8 * at)) & 0xff;
  return payload;
}

export function decodeCommand(payload: Uint8Array): number {
  let operation = 0;
  for (let at = 0; at < NUMBER_BYTES; at++) operation |= (payload[at] ?? 0) << (8 * at);
  return operation >>> 0;
}
