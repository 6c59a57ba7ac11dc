import {
  type ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { type EtcdProtocol, loadProtocol } from "@holdfast/protocol";
import { SERVICE_OF, type WireAnswer, type WireRequest } from "./wire-method.ts";

const CALL_MS_MAX = 15_000;
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

const { etcdserverpb } = loadProtocol("etcd/rpc.proto") as unknown as EtcdProtocol;
const SERVICES = ["KV", "Lease", "Cluster", "Maintenance", "Auth", "Watch"] as const;

type Service = (typeof SERVICES)[number];
type Clients = Readonly<Record<Service, Client>>;
type Unary = (
  request: object,
  metadata: Metadata,
  options: { readonly deadline: number },
  settle: (failure: ServiceError | null, response: unknown) => void,
) => void;
type Duplex = (metadata: Metadata) => ClientDuplexStream<object, unknown>;

/** A cluster of either kind, spoken to by nothing but gRPC and etcd's proto files. */
export class WireStore {
  readonly name: string;
  readonly #nodes: readonly Clients[];

  constructor(name: string, endpoints: readonly string[]) {
    this.name = name;
    this.#nodes = endpoints.map((endpoint) => clientsOf(endpoint));
  }

  /** Asks a node; a failure is an answer, not a rejection. */
  call({ method, request }: WireRequest, node: number): Promise<WireAnswer> {
    if (method === "LeaseKeepAlive") return this.#askOnce("Lease", method, { request, node });
    const client = this.#client(SERVICE_OF[method], node);
    const ask = (client as unknown as Readonly<Record<string, Unary>>)[method];
    if (ask === undefined) throw new Error(`there is no method ${method}`);
    return new Promise((resolve) => {
      ask.call(
        client,
        asWritten(request),
        new Metadata(),
        { deadline: Date.now() + CALL_MS_MAX },
        (failure, response) => resolve(answerOf(failure, response)),
      );
    });
  }

  /** Opens a stream on a node. */
  stream(
    service: "Watch" | "Lease",
    method: "Watch" | "LeaseKeepAlive",
    node: number,
  ): ClientDuplexStream<object, unknown> {
    const client = this.#client(service, node);
    const open = (client as unknown as Readonly<Record<string, Duplex>>)[method];
    if (open === undefined) throw new Error(`there is no method ${method}`);
    return open.call(client, new Metadata());
  }

  /** Of a stream that answers each request once. */
  #askOnce(
    service: "Lease",
    method: "LeaseKeepAlive",
    { request, node }: { readonly request: object; readonly node: number },
  ): Promise<WireAnswer> {
    const call = this.stream(service, method, node);
    return new Promise((resolve) => {
      call.once("data", (response: unknown) => {
        resolve(answerOf(null, response));
        call.end();
      });
      call.on("error", (failure: ServiceError) => resolve(answerOf(failure, undefined)));
      call.write(request);
    });
  }

  close(): void {
    for (const clients of this.#nodes) for (const client of Object.values(clients)) client.close();
  }

  #client(service: Service, node: number): Client {
    const clients = this.#nodes[node];
    if (clients === undefined) throw new Error(`${this.name} has no node ${node}`);
    return clients[service];
  }
}

function clientsOf(endpoint: string): Clients {
  const insecure: ChannelCredentials = credentials.createInsecure();
  const options = {
    "grpc.max_receive_message_length": MESSAGE_BYTES_MAX,
    "grpc.max_send_message_length": MESSAGE_BYTES_MAX,
  };
  const made = SERVICES.map((service) => [
    service,
    new etcdserverpb[service](endpoint, insecure, options),
  ]);
  return Object.fromEntries(made) as Clients;
}

/** Without empty bytes, as clients write requests: etcd takes an empty `range_end` that is written for the end of all. */
function asWritten(request: object): object {
  const kept = Object.entries(request).filter(
    ([, field]) => !(Buffer.isBuffer(field) && field.length === 0),
  );
  return Object.fromEntries(
    kept.map(([name, field]) => [name, isPlain(field) ? asWritten(field) : eachAsWritten(field)]),
  );
}

function eachAsWritten(field: unknown): unknown {
  return Array.isArray(field)
    ? field.map((item: unknown) => (isPlain(item) ? asWritten(item) : item))
    : field;
}

function isPlain(field: unknown): field is object {
  return (
    typeof field === "object" && field !== null && !Buffer.isBuffer(field) && !Array.isArray(field)
  );
}

function answerOf(failure: ServiceError | null, response: unknown): WireAnswer {
  return failure === null
    ? { code: "OK", details: "", response }
    : { code: status[failure.code] ?? "?", details: failure.details, response: undefined };
}
