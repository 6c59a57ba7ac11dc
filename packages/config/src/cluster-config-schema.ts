import { z } from "zod";
import { isWildcardHost, parseAddress } from "./address.ts";
import {
  compactionModeSchema,
  retentionSchema,
  type WrittenCompaction,
} from "./compaction-config.ts";

/** Nodes in one file at most: each leader sends to all others. */
export const NODES_MAX = 31;
/** The longest time between two heartbeats that a file may ask for, ms. */
export const HEARTBEAT_MS_MAX = 10_000;
/** The longest election timeout that a file may ask for, ms. */
export const ELECTION_TIMEOUT_MS_MAX = 60_000;

/** The largest reserve of disk space that a file may ask for, bytes. */
export const DISK_RESERVE_BYTES_MAX: number = 1024 * 1024 * 1024 * 1024;
/** How often members may be asked to read all that is on their disks, ms. */
export const HASH_CHECK_MS_MIN = 1_000;
export const HASH_CHECK_MS_MAX: number = 30 * 24 * 3_600_000;
export const SNAPSHOT_BYTES_PER_SECOND_MIN: number = 1024 * 1024;
export const SNAPSHOT_BYTES_PER_SECOND_MAX: number = 1024 * 1024 * 1024 * 1024;

// Each `error` is what was expected at that place; what was found is added by the caller.
const NAME_EXPECTED = "a name of at most 64 letters, digits, '-', '_' or '.'";
const ADDRESS_EXPECTED =
  "host:port that others can dial, such as 127.0.0.1:2379 or [::1]:2379, the port from 1 to 65535";
const DATA_EXPECTED = "the path of a directory, at most 1024 characters";

const name = z.string({ error: NAME_EXPECTED }).regex(/^[A-Za-z0-9._-]{1,64}$/, {
  error: NAME_EXPECTED,
});

/** `host:port` of a machine. */
export const addressSchema: z.ZodType<string> = z
  .string({ error: ADDRESS_EXPECTED })
  .refine(isDialable, { error: ADDRESS_EXPECTED });

/** The path of a node's directory. */
export const dataSchema: z.ZodType<string> = z
  .string({ error: DATA_EXPECTED })
  .refine((path) => path.length > 0 && path.length <= 1024 && !path.includes("\0"), {
    error: DATA_EXPECTED,
  });

/** A time between two heartbeats, ms. */
export const heartbeatSchema: z.ZodType<number> = milliseconds(HEARTBEAT_MS_MAX);
/** An election timeout, ms. */
export const electionTimeoutSchema: z.ZodType<number> = milliseconds(ELECTION_TIMEOUT_MS_MAX);

const QUOTA_EXPECTED = "a whole number of bytes, 0 for the default, below 0 for no quota";

/** How large the state may grow, bytes. */
export const quotaSchema: z.ZodType<number> = z
  .int({ error: QUOTA_EXPECTED })
  .min(Number.MIN_SAFE_INTEGER, { error: QUOTA_EXPECTED })
  .max(Number.MAX_SAFE_INTEGER, { error: QUOTA_EXPECTED });

/** A file as it was written: every field that has a default may be absent. */
export interface WrittenConfig {
  readonly cluster: string;
  readonly raft?: WrittenTimings | undefined;
  readonly limits?: WrittenLimits | undefined;
  readonly compaction?: WrittenCompaction | undefined;
  readonly nodes: readonly WrittenNode[];
}

/** As written; an absent time is the default. */
export interface WrittenTimings {
  readonly heartbeatMs?: number | undefined;
  readonly electionTimeoutMs?: number | undefined;
}

/** As written; an absent limit is the default. */
export interface WrittenLimits {
  readonly diskReserveBytes?: number | undefined;
  readonly snapshotBytesPerSecond?: number | undefined;
  readonly quotaBytes?: number | undefined;
  readonly hashCheckMs?: number | undefined;
}

/** As written; only the zone may be absent. */
export interface WrittenNode {
  readonly id: string;
  readonly client: string;
  readonly peer: string;
  readonly data: string;
  readonly zone?: string | undefined;
}

/** The shape of a cluster's file; what its fields mean to one another is checked apart. */
export const clusterConfigSchema: z.ZodType<WrittenConfig> = z.strictObject(
  {
    cluster: name,
    raft: z
      .strictObject(
        {
          heartbeatMs: heartbeatSchema.optional(),
          electionTimeoutMs: electionTimeoutSchema.optional(),
        },
        { error: objectOf("heartbeatMs, electionTimeoutMs") },
      )
      .optional(),
    limits: z
      .strictObject(
        {
          diskReserveBytes: bytes(0, DISK_RESERVE_BYTES_MAX).optional(),
          snapshotBytesPerSecond: bytes(
            SNAPSHOT_BYTES_PER_SECOND_MIN,
            SNAPSHOT_BYTES_PER_SECOND_MAX,
          ).optional(),
          quotaBytes: quotaSchema.optional(),
          hashCheckMs: milliseconds(HASH_CHECK_MS_MAX, HASH_CHECK_MS_MIN).optional(),
        },
        { error: objectOf("diskReserveBytes, snapshotBytesPerSecond, quotaBytes, hashCheckMs") },
      )
      .optional(),
    compaction: z
      .strictObject(
        { mode: compactionModeSchema.optional(), retention: retentionSchema.optional() },
        { error: objectOf("mode, retention") },
      )
      .optional(),
    nodes: z
      .array(
        z.strictObject(
          {
            id: name,
            client: addressSchema,
            peer: addressSchema,
            data: dataSchema,
            zone: name.optional(),
          },
          { error: objectOf("id, client, peer, data, zone") },
        ),
        { error: `a list of 1 to ${NODES_MAX} nodes` },
      )
      .min(1, { error: `a list of 1 to ${NODES_MAX} nodes` })
      .max(NODES_MAX, { error: `a list of 1 to ${NODES_MAX} nodes` }),
  },
  { error: objectOf("cluster, raft, limits, compaction, nodes") },
);

function objectOf(fields: string): string {
  return `only the fields ${fields}`;
}

function milliseconds(max: number, min = 1): z.ZodType<number> {
  const error = `a whole number of milliseconds from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function bytes(min: number, max: number): z.ZodType<number> {
  const error = `a whole number of bytes from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function isDialable(text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && !isWildcardHost(address.host);
}
