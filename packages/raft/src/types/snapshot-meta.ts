import type { EntryId } from "./entry.ts";
import type { Membership } from "./membership.ts";

/** Names a state: everything up to `last` applied, with the configuration that was in force there. */
export interface SnapshotMeta {
  readonly last: EntryId;
  readonly membership: Membership;
}
