import type {
  Change,
  DeleteAnswer,
  EndpointStatus,
  Entry,
  PutAnswer,
  RangeAnswer,
  TxnAnswer,
  TxnBranchAnswer,
} from "@holdfast/client";
import type { HashAnswer } from "../hash/hash-verdict.ts";
import { asText } from "./printable.ts";

// The names are those of etcd's messages; 64-bit numbers are strings, as in its JSON. Other than there,
// keys and values are text where they are UTF-8, and base64 under another name where they are not.

/** A plain value to be written as JSON. */
export type Json = { readonly [name: string]: unknown };

export function rangeJson({ revision, entries, more, count }: RangeAnswer): Json {
  return { header: header(revision), kvs: entries.map(entryJson), more, count: String(count) };
}

export function putJson({ revision, previous }: PutAnswer): Json {
  return {
    header: header(revision),
    ...(previous === undefined ? {} : { prev_kv: entryJson(previous) }),
  };
}

export function deleteJson({ revision, deleted, previous }: DeleteAnswer): Json {
  return {
    header: header(revision),
    deleted: String(deleted),
    ...(previous.length === 0 ? {} : { prev_kvs: previous.map(entryJson) }),
  };
}

export function txnJson({ revision, succeeded, answers }: TxnAnswer): Json {
  return { header: header(revision), succeeded, responses: answers.map(branchJson) };
}

export function changeJson({ kind, keyBytes, revision, entry, previous }: Change): Json {
  const deleted = { ...bytesJson("key", keyBytes), mod_revision: String(revision) };
  return {
    type: kind === "put" ? "PUT" : "DELETE",
    kv: entry === undefined ? deleted : entryJson(entry),
    ...(previous === undefined ? {} : { prev_kv: entryJson(previous) }),
  };
}

export function statusJson(status: EndpointStatus): Json {
  if (status.kind === "down") return { endpoint: status.endpoint, error: status.reason };
  return {
    endpoint: status.endpoint,
    status: {
      header: {
        cluster_id: String(status.clusterId),
        member_id: String(status.memberId),
        revision: String(status.revision),
        raft_term: String(status.raftTerm),
      },
      version: status.version,
      dbSize: String(status.stateBytes),
      leader: String(status.leaderId),
      raftIndex: String(status.raftIndex),
      raftTerm: String(status.raftTerm),
      raftAppliedIndex: String(status.raftAppliedIndex),
      isLearner: status.isLearner,
      errors: status.errors,
    },
  };
}

export function compactJson(revision: number): Json {
  return { header: header(revision) };
}

export function hashJson(answer: HashAnswer): Json {
  const { endpoint } = answer;
  if (answer.kind === "down") return { endpoint, error: answer.reason };
  const { hash, revision, compactRevision } = answer;
  return {
    endpoint,
    hashKv: { hash, compact_revision: String(compactRevision), hash_revision: String(revision) },
  };
}

function branchJson(answer: TxnBranchAnswer): Json {
  switch (answer.kind) {
    case "put":
      return { response_put: putJson(answer) };
    case "delete":
      return { response_delete_range: deleteJson(answer) };
    case "range":
      return { response_range: rangeJson(answer) };
    case "txn":
      return { response_txn: txnJson(answer) };
  }
}

export function entryJson(entry: Entry): Json {
  return {
    ...bytesJson("key", entry.keyBytes),
    create_revision: String(entry.createRevision),
    mod_revision: String(entry.modRevision),
    version: String(entry.version),
    ...bytesJson("value", entry.value),
    lease: String(entry.lease),
  };
}

export function bytesJson(name: string, bytes: Uint8Array): Json {
  const text = asText(bytes);
  if (text !== undefined) return { [name]: text };
  return { [`${name}_base64`]: Buffer.from(bytes).toString("base64") };
}

function header(revision: number): Json {
  return { revision: String(revision) };
}
