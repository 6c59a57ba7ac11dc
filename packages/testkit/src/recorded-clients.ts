import type { HistoryRecorder, KeyValueOutput, ObservedKey } from "@holdfast/checker";
import { type Entry, EtcdEndpoint, type Holdfast } from "@holdfast/client";

/** What a recorded call may take. */
export interface RecordedCall {
  /** Who calls, for the history. */
  readonly client: string;
  readonly timeoutMs: number;
}

/** One key, put and read linearizable, every call of it recorded. */
export interface RecordedKeys {
  put(key: string, value: string, call: RecordedCall): Promise<{ readonly revision: number }>;
  /** @throws RequestError, as {@link put} does. */
  get(key: string, call: RecordedCall): Promise<Entry | undefined>;
}

/** One node, spoken to by etcd's calls. */
export class RecordedEndpoint implements RecordedKeys {
  readonly #endpoint: EtcdEndpoint;
  readonly #history: HistoryRecorder;

  constructor(address: string, history: HistoryRecorder) {
    this.#endpoint = new EtcdEndpoint(address);
    this.#history = history;
  }

  async put(
    key: string,
    value: string,
    { client, timeoutMs }: RecordedCall,
  ): Promise<{ readonly revision: number }> {
    return this.#history.record(
      { client, input: { kind: "put", key, value } },
      () => this.#endpoint.put(key, value, { timeoutMs }),
      ({ revision }) => ({ revision }),
    );
  }

  async get(key: string, { client, timeoutMs }: RecordedCall): Promise<Entry | undefined> {
    const { entry } = await this.#history.record(
      { client, input: { kind: "get", key } },
      () => this.#endpoint.read(key, { timeoutMs }),
      ({ revision, entry: found }) => ({ revision, before: observed(found) }),
    );
    return entry;
  }

  close(): void {
    this.#endpoint.close();
  }
}

/** A client of the SDK, which the caller closes. */
export class RecordedClient implements RecordedKeys {
  readonly #client: Holdfast;
  readonly #history: HistoryRecorder;

  constructor(client: Holdfast, history: HistoryRecorder) {
    this.#client = client;
    this.#history = history;
  }

  async put(
    key: string,
    value: string,
    { client, timeoutMs }: RecordedCall,
  ): Promise<{ readonly revision: number }> {
    return this.#history.record(
      { client, input: { kind: "put", key, value } },
      () => this.#client.put(key, value, { timeoutMs, previous: true }),
      ({ revision, previous }) => ({ revision, before: observed(previous) }),
    );
  }

  async get(key: string, { client, timeoutMs }: RecordedCall): Promise<Entry | undefined> {
    const { entries } = await this.#history.record(
      { client, input: { kind: "get", key } },
      () => this.#client.range(key, { timeoutMs }),
      (answer) => ({ revision: answer.revision, before: observed(answer.entries[0]) }),
    );
    return entries[0];
  }

  async delete(key: string, { client, timeoutMs }: RecordedCall): Promise<void> {
    await this.#history.record(
      { client, input: { kind: "delete", key } },
      () => this.#client.delete(key, { timeoutMs, previous: true }),
      ({ revision, deleted, previous }): KeyValueOutput => ({
        revision,
        hasDeleted: deleted > 0,
        before: observed(previous[0]),
      }),
    );
  }

  /** Writes only if the key's last change is still that of `modRevision` (0: it is absent); reads it otherwise. */
  async swap(
    key: string,
    { modRevision, value }: { readonly modRevision: number; readonly value: string },
    { client, timeoutMs }: RecordedCall,
  ): Promise<void> {
    const compare = [{ target: "modRevision", is: modRevision }] as const;
    const change = { kind: "put", value } as const;
    await this.#history.record(
      { client, input: { kind: "txn", key, compare, then: change, else: { kind: "get" } } },
      () =>
        this.#client.txn(
          {
            compare: [{ key, modRevision }],
            then: [{ ...change, key }],
            else: [{ kind: "get", key }],
          },
          { timeoutMs },
        ),
      ({ revision, succeeded: hasSucceeded, answers: [answer] }) =>
        answer?.kind === "range"
          ? { revision, hasSucceeded, before: observed(answer.entries[0]) }
          : { revision, hasSucceeded },
    );
  }
}

/** An entry as the checker takes it; none is a key that is absent. */
export function observed(entry: Entry | undefined): ObservedKey | "absent" {
  if (entry === undefined) return "absent";
  const { version, createRevision, modRevision } = entry;
  return { value: entry.text(), version, createRevision, modRevision };
}
