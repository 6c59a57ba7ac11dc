import type { KeyValue } from "@holdfast/state-machine";

/** `mvccpb.KeyValue` as it comes over the wire. */
export interface WireKeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly create_revision: string;
  readonly mod_revision: string;
  readonly version: string;
  readonly lease: string;
}

export function pairOf(wire: WireKeyValue): KeyValue {
  return {
    key: wire.key,
    value: wire.value,
    createRevision: Number(wire.create_revision),
    modRevision: Number(wire.mod_revision),
    version: Number(wire.version),
    lease: BigInt(wire.lease),
  };
}
