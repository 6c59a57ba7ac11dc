import { once } from "node:events";
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { encodeWatchAnswer } from "@holdfast/protocol";
import { onTestFinished } from "vitest";
import { loadEtcdProtocol } from "../src/grpc/etcd-protocol.ts";

export interface CreateRequest {
  readonly start_revision: string;
  readonly fragment: boolean;
}

type Call = ServerDuplexStream<{ readonly create_request: CreateRequest }, object>;

/** etcd's Watch on a real port, which tells what the test says. */
export class WatchNode {
  readonly address: string;
  readonly #calls: AsyncIterator<Call>;

  private constructor(address: string, calls: AsyncIterator<Call>) {
    this.address = address;
    this.#calls = calls;
  }

  static async start(): Promise<WatchNode> {
    const server = new Server();
    const calls: Call[] = [];
    let arrived = (): void => undefined;
    server.addService(
      loadEtcdProtocol().etcdserverpb.Watch.service as unknown as ServiceDefinition,
      {
        Watch: (call: Call) => {
          calls.push(call);
          arrived();
        },
      } as UntypedServiceImplementation,
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (failure, bound) =>
        failure === null ? resolve(bound) : reject(failure),
      );
    });
    onTestFinished(() => server.forceShutdown());
    async function* each(): AsyncGenerator<Call> {
      while (true) {
        const call = calls.shift();
        if (call !== undefined) yield call;
        else await new Promise<void>((resolve) => (arrived = resolve));
      }
    }
    return new WatchNode(`127.0.0.1:${port}`, each());
  }

  /** Refuses the next watch that a client creates, as a node does. */
  async refused(answer: { readonly kind: "full" | "refused"; readonly reason: string }) {
    const { value: call } = (await this.#calls.next()) as { readonly value: Call };
    const [{ create_request }] = await once(call, "data");
    const header = { clusterId: 1, memberId: 2, revision: 9, term: 3 };
    call.write(encodeWatchAnswer(header, answer));
    return create_request as CreateRequest;
  }

  /** The next watch that a client creates. */
  async created(): Promise<CreatedWatch> {
    const { value: call } = (await this.#calls.next()) as { readonly value: Call };
    const [{ create_request }] = await once(call, "data");
    call.write({ header: { revision: 1 }, created: true });
    return new CreatedWatch(call, create_request);
  }
}

export class CreatedWatch {
  readonly request: CreateRequest;
  readonly #call: Call;

  constructor(call: Call, request: CreateRequest) {
    this.#call = call;
    this.request = request;
  }

  /** A part of an answer, which others follow. A put is its revision and its key, as `2 a`. */
  tellPart(...puts: readonly string[]): void {
    this.#tell(puts, true);
  }

  /** An answer, or its last part. */
  tellLast(...puts: readonly string[]): void {
    this.#tell(puts, false);
  }

  break(): void {
    this.#call.end();
  }

  #tell(puts: readonly string[], fragment: boolean): void {
    const events = puts.map((put) => {
      const [mod_revision, key = ""] = put.split(" ");
      return { type: "PUT", kv: { key: Buffer.from(key), mod_revision } };
    });
    const revision = events.at(-1)?.kv.mod_revision;
    this.#call.write({ header: { revision }, fragment, events });
  }
}
