import type { LogIndex, MemberId } from "@holdfast/base";
import {
  type Entry,
  entryBytes,
  type Input,
  type Membership,
  type MembershipCodec,
  type Message,
  type PersistBatch,
  type RaftOptions,
} from "@holdfast/raft";
import type { Marks } from "../marks.ts";
import type { Life } from "../node/life.ts";

interface Sent {
  readonly last: LogIndex;
  readonly bytes: number;
}

interface Seen {
  /** The term of each write that is under way. */
  readonly writes: { readonly seq: number; readonly term: number }[];
  /** Appends that a peer has not answered. */
  readonly sent: Map<MemberId, Sent[]>;
  offered: LogIndex;
}

/** Notices rare situations of logs, windows, configurations and snapshots. */
export class LogSituations {
  readonly #marks: Marks;
  readonly #options: RaftOptions;
  readonly #codec: MembershipCodec;
  readonly #seen = new Map<Life, Seen>();
  readonly #everRemoved = new Set<MemberId>();

  constructor(marks: Marks, options: RaftOptions, codec: MembershipCodec) {
    this.#marks = marks;
    this.#options = options;
    this.#codec = codec;
  }

  lifeBegan(life: Life): void {
    this.#seen.set(life, { writes: [], sent: new Map(), offered: -1 });
  }

  ended(life: Life): void {
    this.#seen.delete(life);
  }

  hears(life: Life, input: Input): void {
    const seen = this.#seen.get(life);
    if (seen === undefined) return;
    if (input.kind === "persisted") this.#persisted(life, seen, input.seq);
    if (input.kind === "peer-disconnected") seen.sent.delete(input.peer);
    if (input.kind !== "message") return;
    const { message } = input;
    if (message.kind === "append-accepted") acknowledge(seen, message.from, message.match);
    if (message.kind === "append-rejected" && life.status.role === "leader") {
      this.#marks.hit("probe refused");
      seen.sent.delete(message.from);
    }
    if (message.kind === "snapshot-offer") {
      if (seen.offered === message.meta.last.index) this.#marks.hit("snapshot offered twice");
      seen.offered = message.meta.last.index;
    }
  }

  writes(life: Life, batch: PersistBatch, cuts: boolean): void {
    this.#seen.get(life)?.writes.push({ seq: batch.seq, term: life.status.term });
    if (batch.compact !== undefined) this.#noteCompaction(life, batch.compact.upTo.index);
    if (cuts) this.#noteCut(life, batch.entries[0]?.index ?? 0);
    let previous = life.log.effective;
    for (const entry of batch.entries) {
      if (entry.kind !== "membership") continue;
      const membership = this.#codec.decode(entry.payload);
      this.#noteChange(
        life,
        previous.membership,
        membership,
        entry,
        life.log.termAt(previous.index),
      );
      previous = { index: entry.index, membership };
    }
  }

  sends(life: Life, message: Message): void {
    const seen = this.#seen.get(life);
    if (message.kind !== "append-request" || seen === undefined) return;
    const last = message.entries.at(-1);
    if (last === undefined) return;
    const sent = seen.sent.get(message.to) ?? [];
    seen.sent.set(message.to, sent);
    sent.push({
      last: last.index,
      bytes: message.entries.reduce((sum, e) => sum + entryBytes(e), 0),
    });
    if (last.index >= life.status.lastIndex) return;
    const { inflightMessagesMax, inflightBytesMax } = this.#options;
    const bytes = sent.reduce((sum, one) => sum + one.bytes, 0);
    if (sent.length >= inflightMessagesMax) this.#marks.hit("window full in count");
    else if (bytes >= inflightBytesMax) this.#marks.hit("window full in bytes");
  }

  #persisted(life: Life, { writes }: Seen, seq: number): void {
    while (writes[0] !== undefined && writes[0].seq <= seq) {
      const { term } = writes[0];
      writes.shift();
      if (term < life.status.term) this.#marks.hit("completion for an older term");
    }
  }

  #noteCompaction({ status }: Life, upTo: LogIndex): void {
    this.#marks.hit("log compacted");
    const overtaken = status.peers.some(({ state, next }) => state === "probe" && next <= upTo);
    if (overtaken) this.#marks.hit("compaction raced with probe");
  }

  #noteCut({ log, disk }: Life, from: LogIndex): void {
    this.#marks.hit("entries truncated");
    if (log.effective.index >= from) this.#marks.hit("truncation of a config entry");
    const inFlight = disk.inFlight.some(({ batches }) =>
      batches.some(({ entries }) => (entries.at(-1)?.index ?? 0) >= from),
    );
    if (inFlight) this.#marks.hit("truncated and rewritten while a write is in flight");
  }

  #noteChange(
    { status }: Life,
    before: Membership,
    after: Membership,
    entry: Entry,
    termBefore: number | undefined,
  ): void {
    if (status.role !== "leader" || status.term !== entry.term) return;
    this.#marks.hit("membership changed");
    const left = before.outgoing.length > 0 && after.outgoing.length === 0;
    if (left && termBefore !== undefined && termBefore < entry.term) {
      this.#marks.hit("joint left by a later leader");
    }
    if (before.learners.some((id) => after.voters.includes(id)))
      this.#marks.hit("learner promoted");
    if (left && after.voters.length === 1) this.#marks.hit("shrunk to one voter");
    const members = [...after.voters, ...after.outgoing, ...after.learners];
    const all = new Set([...before.voters, ...before.outgoing, ...before.learners]);
    for (const id of all) if (!members.includes(id)) this.#everRemoved.add(id);
    if (members.some((id) => !all.has(id) && this.#everRemoved.has(id))) {
      this.#marks.hit("member removed and added again");
    }
  }
}

function acknowledge({ sent }: Seen, peer: MemberId, match: LogIndex): void {
  const mine = sent.get(peer);
  if (mine === undefined) return;
  sent.set(
    peer,
    mine.filter(({ last }) => last > match),
  );
}
