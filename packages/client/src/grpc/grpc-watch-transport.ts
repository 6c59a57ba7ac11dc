import { type ClientDuplexStream, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import type { Revision } from "@holdfast/base";
import { type EtcdProtocol, isNodeFull } from "@holdfast/protocol";
import type {
  OpenWatch,
  ToldChange,
  WatchListener,
  WatchRequest,
  WatchTransport,
} from "../core/watch/watch-transport.ts";
import { CHANNEL_OPTIONS } from "./channel-options.ts";
import { loadEtcdProtocol } from "./etcd-protocol.ts";
import { failureReason } from "./failure-reason.ts";
import { pairOf, type WireKeyValue } from "./wire-key-value.ts";

type WatchClient = InstanceType<EtcdProtocol["etcdserverpb"]["Watch"]>;
type Call = ClientDuplexStream<object, WireWatchResponse>;

interface WireWatchResponse {
  readonly header: { readonly revision: string } | null;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compact_revision: string;
  readonly cancel_reason: string;
  /** More parts of this answer follow. */
  readonly fragment: boolean;
  readonly events: readonly {
    readonly type: string;
    readonly kv: WireKeyValue;
    readonly prev_kv: WireKeyValue | null;
  }[];
}

/** Watches over etcd's own streams, one for each, all of a node on one connection. */
export class GrpcWatchTransport implements WatchTransport {
  readonly #clients = new Map<string, WatchClient>();

  open(address: string, request: WatchRequest, listener: WatchListener): OpenWatch {
    return new GrpcWatch(this.#client(address), request, listener);
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #client(address: string): WatchClient {
    let client = this.#clients.get(address);
    if (client === undefined) {
      const { etcdserverpb } = loadEtcdProtocol();
      client = new etcdserverpb.Watch(address, credentials.createInsecure(), CHANNEL_OPTIONS);
      this.#clients.set(address, client);
    }
    return client;
  }
}

class GrpcWatch implements OpenWatch {
  readonly #call: Call;
  readonly #listener: WatchListener;
  /** Of a revision whose other changes come with the next part. */
  #begun: ToldChange[] = [];
  #isOver = false;

  constructor(client: WatchClient, request: WatchRequest, listener: WatchListener) {
    this.#listener = listener;
    const metadata = new Metadata();
    // A node that has lost the others must not seem to be quiet.
    metadata.set("hasleader", "true");
    this.#call = client.Watch(metadata) as unknown as Call;
    this.#call.on("data", (response) => this.#received(response));
    this.#call.on("error", (error: ServiceError) => this.#end(failureReason(error)));
    this.#call.on("end", () => this.#end("the node ended the stream"));
    const filters = [
      ...(request.puts ? [] : ["NOPUT"]),
      ...(request.deletions ? [] : ["NODELETE"]),
    ];
    this.#call.write({
      create_request: {
        key: request.key,
        range_end: request.rangeEnd,
        start_revision: request.startRevision,
        progress_notify: true,
        prev_kv: request.previous,
        fragment: true,
        filters,
      },
    });
  }

  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#call.cancel();
  }

  #received(response: WireWatchResponse): void {
    if (this.#isOver) return;
    const revision = Number(response.header?.revision ?? 0);
    if (response.canceled) this.#canceled(response);
    else if (response.created) this.#listener.created(revision);
    else this.#told(response.events.map(changeOf), response.fragment ? undefined : revision);
  }

  /**
   * A revision is told when all its parts are there: where the stream breaks before that, it is told anew by
   * the next. `revision`: how far the answer goes, if this is its last part.
   */
  #told(changes: readonly ToldChange[], revision: Revision | undefined): void {
    const whole: ToldChange[] = [];
    for (const change of changes) {
      const begun = this.#begun[0]?.kv.modRevision ?? change.kv.modRevision;
      if (begun < change.kv.modRevision) this.#moveBegun(whole);
      this.#begun.push(change);
    }
    if (revision !== undefined) this.#moveBegun(whole);
    const last = revision ?? whole.at(-1)?.kv.modRevision;
    if (last !== undefined) this.#listener.told(whole, last);
  }

  #moveBegun(whole: ToldChange[]): void {
    for (const change of this.#begun) whole.push(change);
    this.#begun = [];
  }

  #canceled({ compact_revision, cancel_reason }: WireWatchResponse): void {
    this.close();
    if (isNodeFull(cancel_reason)) this.#listener.full(cancel_reason);
    else if (compact_revision !== "0") this.#listener.compacted(Number(compact_revision));
    else this.#listener.refused(cancel_reason);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.ended(reason);
  }
}

function changeOf({ type, kv, prev_kv }: WireWatchResponse["events"][number]): ToldChange {
  return {
    kind: type === "DELETE" ? "delete" : "put",
    kv: pairOf(kv),
    previous: prev_kv === null ? undefined : pairOf(prev_kv),
  };
}
