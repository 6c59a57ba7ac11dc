import {
  type handleBidiStreamingCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import { loadProtocol, type SessionReply, type SessionRequest__Output } from "@holdfast/protocol";
import {
  decodeBatch,
  decodeQueries,
  encodeRangeResults,
  encodeResults,
} from "@holdfast/state-machine";
import { MemoryMachine } from "./memory-machine.ts";

interface SessionProtocol {
  readonly holdfast: { readonly v1: { readonly Session: { readonly service: ServiceDefinition } } };
}

/** The server half of Session on a real port over a state machine in memory. */
export class GrpcNode implements AsyncDisposable {
  readonly machine: MemoryMachine = new MemoryMachine();
  readonly #server = new Server();
  #address = "";
  /** Messages that came in, starts included. */
  messages = 0;

  get address(): string {
    return this.#address;
  }

  /** Listens on a port of the system's choice. */
  async start(): Promise<void> {
    const { holdfast } = loadProtocol("holdfast/v1/session.proto") as unknown as SessionProtocol;
    this.#server.addService(holdfast.v1.Session.service, { Open: this.#open });
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    this.#address = `127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }

  readonly #open: handleBidiStreamingCall<SessionRequest__Output, SessionReply> = (call) => {
    call.on("data", (request: SessionRequest__Output) => {
      this.messages += 1;
      for (const reply of this.#answer(request)) call.write(reply);
    });
    call.on("end", () => call.end());
    call.on("error", () => call.end());
  };

  *#answer({ start, turn }: SessionRequest__Output): Generator<SessionReply> {
    if (start) {
      yield { started: { protocol: 1, window: 8192, endpoints: [this.#address] } };
    }
    if (turn && turn.commands.length > 0) {
      const { firstSequence } = decodeBatch(turn.commands);
      const results = encodeResults(this.machine.apply(turn.commands));
      yield { results: { first_sequence: firstSequence, results } };
    }
    if (turn && turn.queries.length > 0) {
      const results = encodeRangeResults(this.machine.read(decodeQueries(turn.queries)));
      yield { read_results: { read_id: turn.read_id, results } };
    }
  }
}
