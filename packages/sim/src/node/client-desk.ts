import type { LogIndex, MemberId } from "@holdfast/base";
import type { Entry, Input, Outcome, Token } from "@holdfast/raft";
import { encodeCommand, type Operation } from "../model/command.ts";
import type { Answer, RegisterState } from "../model/register-state.ts";

/** What a node tells a client. */
export type Reply =
  | {
      readonly kind: "done";
      readonly value: number;
      readonly written: boolean;
      /** Where in the order of all operations it stands. */
      readonly index: LogIndex;
    }
  /** Certainly not done; `leader` is who to ask, as far as is known. */
  | { readonly kind: "refused"; readonly reason: string; readonly leader: MemberId | undefined }
  | { readonly kind: "unknown" };

export interface ClientDeskParts {
  enqueue(input: Input): void;
  leader(): MemberId | undefined;
  state(): RegisterState;
  /** An operation is certain not to be in any log. */
  notDone(operation: number, reason: string): void;
  /** A token was given to the core, and a read index is owed to it. */
  asked(token: Token, kind: "proposal" | "read"): void;
}

interface Proposal {
  readonly operation: number;
  readonly reply: (reply: Reply) => void;
}

interface Accepted extends Proposal {
  readonly term: number;
}

interface Read {
  readonly key: number;
  readonly reply: (reply: Reply) => void;
}

/** Where clients of one process wait for their answers. */
export class ClientDesk {
  readonly #parts: ClientDeskParts;
  readonly #proposed = new Map<Token, Proposal>();
  readonly #accepted = new Map<LogIndex, Accepted>();
  readonly #asked = new Map<Token, Read>();
  #ready: { readonly index: LogIndex; readonly read: Read }[] = [];
  #lastToken = 0;

  constructor(parts: ClientDeskParts) {
    this.#parts = parts;
  }

  /** Names a question to the core that is no client's. */
  nextToken(): Token {
    this.#lastToken++;
    return this.#lastToken;
  }

  propose(operation: number, length: number, reply: (reply: Reply) => void): void {
    const token = this.nextToken();
    this.#proposed.set(token, { operation, reply });
    this.#parts.asked(token, "proposal");
    const payload = encodeCommand(operation, length);
    this.#parts.enqueue({ kind: "propose", proposals: [{ token, payload }] });
  }

  read(operation: Extract<Operation, { kind: "read" }>, reply: (reply: Reply) => void): void {
    const token = this.nextToken();
    this.#asked.set(token, { key: operation.key, reply });
    this.#parts.asked(token, "read");
    this.#parts.enqueue({ kind: "read-index", token });
  }

  settled(outcome: Outcome): void {
    switch (outcome.kind) {
      case "accepted":
        return this.#wasAccepted(outcome);
      case "refused":
        return this.#wasRefused(outcome.token, outcome.reason);
      case "read-ready":
        return this.#mayRead(outcome.token, outcome.index);
      case "read-failed":
        this.#take(this.#asked, outcome.token)?.reply({
          kind: "refused",
          reason: "read failed",
          leader: this.#parts.leader(),
        });
        return;
      default:
        return;
    }
  }

  applied(entry: Entry, answer: Answer | undefined): void {
    const accepted = this.#take(this.#accepted, entry.index);
    if (accepted !== undefined) this.#judge(accepted, entry, answer);
    this.#serveReads();
  }

  /** The state leapt to `index`: what became of the entries before it is not known here. */
  leapt(index: LogIndex): void {
    for (const [at, accepted] of this.#accepted) {
      if (at > index) continue;
      this.#accepted.delete(at);
      accepted.reply({ kind: "unknown" });
    }
    this.#serveReads();
  }

  #wasAccepted({ token, id }: Extract<Outcome, { kind: "accepted" }>): void {
    const proposal = this.#take(this.#proposed, token);
    if (proposal === undefined) return;
    // A place that another leader's entry has taken since: nobody can say what became of the former.
    this.#accepted.get(id.index)?.reply({ kind: "unknown" });
    this.#accepted.set(id.index, { ...proposal, term: id.term });
  }

  #wasRefused(token: Token, reason: string): void {
    const proposal = this.#take(this.#proposed, token);
    if (proposal === undefined) return;
    this.#parts.notDone(proposal.operation, "refused");
    proposal.reply({ kind: "refused", reason, leader: this.#parts.leader() });
  }

  #judge(accepted: Accepted, entry: Entry, answer: Answer | undefined): void {
    if (entry.term === accepted.term && answer !== undefined) {
      accepted.reply({ kind: "done", ...answer, index: entry.index });
      return;
    }
    // Another entry is committed in its place, so it is in no committed log (raft.md §9).
    this.#parts.notDone(accepted.operation, "lost");
    accepted.reply({ kind: "refused", reason: "lost", leader: this.#parts.leader() });
  }

  #mayRead(token: Token, index: LogIndex): void {
    const read = this.#take(this.#asked, token);
    if (read === undefined) return;
    this.#ready.push({ index, read });
    this.#serveReads();
  }

  #serveReads(): void {
    const state = this.#parts.state();
    const { index } = state.applied;
    if (!this.#ready.some((one) => one.index <= index)) return;
    const due = this.#ready.filter((one) => one.index <= index);
    this.#ready = this.#ready.filter((one) => one.index > index);
    for (const { read } of due) {
      read.reply({ kind: "done", value: state.read(read.key), written: false, index });
    }
  }

  #take<Key, Value>(map: Map<Key, Value>, key: Key): Value | undefined {
    const value = map.get(key);
    map.delete(key);
    return value;
  }
}
