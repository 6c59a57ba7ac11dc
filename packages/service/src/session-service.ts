import type { Clock } from "@holdfast/base";
import { OverloadedError } from "@holdfast/replica";
import { MemberLookout } from "./member-lookout.ts";
import { SessionFarewells } from "./session-farewells.ts";
import type { SessionSink } from "./session-messages.ts";
import { type SessionPorts, SessionStream } from "./session-stream.ts";

/** All session streams of a node; each is told of members that come, go or move. */
export class SessionService {
  readonly #ports: SessionPorts;
  readonly #streams = new Set<SessionStream>();
  readonly #members: MemberLookout;
  readonly #farewells: SessionFarewells;
  #draining = false;

  constructor({ clock, ...ports }: SessionPorts & { readonly clock: Clock }) {
    this.#ports = ports;
    this.#members = new MemberLookout({
      clock,
      replica: ports.replica,
      changed: (endpoints) => {
        for (const stream of this.#streams) stream.membersAre(endpoints);
      },
      stopped: () => this.#endAll(),
    });
    this.#farewells = new SessionFarewells({
      clock,
      ...ports,
      farewellMs: ports.limits.farewellMs,
    });
  }

  get streams(): number {
    return this.#streams.size;
  }

  /**
   * A new stream; its answers go to `sink`.
   *
   * @throws OverloadedError when there are {@link SessionPorts.limits}.streamsMax already, or the node drains.
   */
  open(sink: SessionSink): SessionStream {
    if (this.#draining) throw new OverloadedError("this node is stopping; connect to another");
    if (this.#streams.size >= this.#ports.limits.streamsMax) {
      throw new OverloadedError(
        `${this.#streams.size} session streams are open here; connect to another node`,
      );
    }
    const stream = new SessionStream(this.#ports, sink, {
      endpoints: () => this.#members.endpoints(),
      farewell: (session) => this.#farewells.add(session),
      forget: (over) => this.#forget(over),
    });
    this.#streams.add(stream);
    this.#members.start();
    return stream;
  }

  /** Ends each stream as soon as all that it has in flight is answered. */
  drain(): void {
    this.#draining = true;
    this.#farewells.stop();
    this.#members.look();
    this.#endAll();
  }

  #endAll(): void {
    for (const stream of [...this.#streams]) stream.drain();
  }

  #forget(stream: SessionStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#members.stop();
  }
}
