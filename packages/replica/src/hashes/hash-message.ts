import type { LogIndex, MemberId, Revision } from "@holdfast/base";

/** What a member has, told in hashes; `undefined` where it does not know, no longer or not yet. */
export interface StateHashes {
  /** Over all entries that are applied, when the one that was asked for was the last. */
  readonly rolling: number | undefined;
  /** Over all that can be read up to the revision that was asked for, from the disk. */
  readonly kv: { readonly hash: number; readonly compactRevision: Revision } | undefined;
}

/** What replicas say to each other of what they have; what is lost is not asked again, but the next thing is. */
export type HashMessage =
  | {
      readonly kind: "hash-ask";
      readonly from: MemberId;
      readonly id: number;
      readonly index: LogIndex;
      /** 0: nothing is read from the disk. */
      readonly revision: Revision;
    }
  | {
      readonly kind: "hash-answer";
      readonly from: MemberId;
      readonly id: number;
      readonly hashes: StateHashes;
    };
