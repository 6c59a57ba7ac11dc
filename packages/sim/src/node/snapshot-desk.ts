import type { MemberId } from "@holdfast/base";
import type { Epoch, SnapshotFetch, SnapshotMeta, SnapshotWanted } from "@holdfast/raft";
import type { StateImage } from "../model/register-state.ts";
import { RegisterState } from "../model/register-state.ts";
import type { Life } from "./life.ts";
import type { Surroundings } from "./surroundings.ts";

interface Served {
  readonly epoch: Epoch;
  readonly image: StateImage;
  readonly chunks: number;
  lastAskedAt: number;
}

interface Fetching {
  readonly wanted: SnapshotFetch;
  offset: number;
  tries: number;
}

const OPENS_IN_MS = 5;
/** A fetch that hears nothing asks again after this, and gives up after so many times. */
const RETRY_MS = 300;
const TRIES_MAX = 6;
/** A state that nobody fetches is closed. */
const IDLE_MS = 4_000;
const OPENING_FAILS = 0.05;

/** Both ends of a state's way from a leader to a member that the log no longer reaches, chunk by chunk. */
export class SnapshotDesk {
  readonly #life: Life;
  readonly #around: Surroundings;
  readonly #served = new Map<MemberId, Served>();
  #fetching: Fetching | undefined;

  constructor(life: Life, around: Surroundings) {
    this.#life = life;
    this.#around = around;
  }

  /** The core wants a frozen state for a peer. */
  wanted({ peer, epoch }: SnapshotWanted): void {
    const { machine, applier } = this.#life;
    this.#life.later(OPENS_IN_MS * machine.dice.fraction(), () => {
      const fails = machine.dice.chance(OPENING_FAILS);
      const image = applier.engine.image();
      if (!fails) {
        const state = new RegisterState(this.#around.operations, image);
        this.#around.witness.opened(this.#life, state);
        const chunks = 1 + machine.dice.below(4);
        const served = { epoch, image, chunks, lastAskedAt: this.#around.timeline.now };
        this.#served.set(peer, served);
        this.#closeWhenIdle(peer, served);
      }
      const index = fails ? undefined : image.applied.index;
      this.#life.enqueue({ kind: "snapshot-opened", peer, epoch, index });
    });
  }

  /** The core wants the state that a leader offers. */
  fetch(wanted: SnapshotFetch): void {
    if (this.#fetching !== undefined) this.#around.marks.hit("snapshot fetch replaced");
    this.#fetching = { wanted, offset: 0, tries: 0 };
    this.#ask(this.#fetching);
  }

  /** A staged state is not needed after all. */
  dropped(meta: SnapshotMeta): void {
    const { machine, log } = this.#life;
    const { last } = meta;
    if (this.#fetching?.wanted.meta.last.index === last.index) this.#fetching = undefined;
    machine.store.unstage(log.stateDirectory + 1);
    this.#around.marks.hit("snapshot dropped");
  }

  #ask(fetching: Fetching): void {
    if (fetching !== this.#fetching) return;
    const { wanted, offset } = fetching;
    if (fetching.tries >= TRIES_MAX) {
      this.#fetching = undefined;
      this.#around.marks.hit("snapshot fetch given up");
      this.#life.enqueue({ kind: "snapshot-given-up", meta: wanted.meta });
      return;
    }
    fetching.tries++;
    if (fetching.tries > 1 && offset > 0) this.#around.marks.hit("snapshot resumed at offset > 0");
    const { machine, id } = this.#life;
    this.#around.visit(machine, wanted.from, (host) =>
      host.snapshots.#serve(this.#life, id, wanted.epoch, offset),
    );
    this.#life.later(RETRY_MS, () => {
      if (fetching === this.#fetching && fetching.offset === offset) this.#ask(fetching);
    });
  }

  #serve(asker: Life, peer: MemberId, epoch: Epoch, offset: number): void {
    const served = this.#served.get(peer);
    if (served?.epoch !== epoch) return;
    served.lastAskedAt = this.#around.timeline.now;
    const isLast = offset + 1 >= served.chunks;
    const { image } = served;
    this.#around.visit(this.#life.machine, peer, (host) => {
      if (host === asker) host.snapshots.#received(epoch, offset, isLast ? image : undefined);
    });
    if (isLast) this.#life.later(RETRY_MS * 2, () => this.#close(peer, served));
  }

  #received(epoch: Epoch, offset: number, whole: StateImage | undefined): void {
    const fetching = this.#fetching;
    if (fetching?.wanted.epoch !== epoch || fetching.offset !== offset) return;
    fetching.offset++;
    fetching.tries = 0;
    if (whole === undefined) {
      this.#ask(fetching);
      return;
    }
    const { machine } = this.#life;
    const takes = machine.weather.doneAt(this.#around.timeline.now) - this.#around.timeline.now;
    this.#life.later(takes, () => this.#stage(fetching, whole));
  }

  #stage(fetching: Fetching, image: StateImage): void {
    if (fetching !== this.#fetching) return;
    this.#fetching = undefined;
    const { machine, log } = this.#life;
    const { meta } = fetching.wanted;
    // A store verifies what it received against what was offered.
    if (image.applied.index !== meta.last.index) return;
    machine.store.stage(log.stateDirectory + 1, image);
    this.#around.observer?.snapshot?.(this.#around.timeline.now, machine.slot, "staged");
    if (this.#life.struckDown("snapshot staged")) return;
    this.#life.enqueue({ kind: "snapshot-staged", meta });
  }

  #closeWhenIdle(peer: MemberId, served: Served): void {
    this.#life.later(IDLE_MS, () => {
      if (this.#served.get(peer) !== served) return;
      if (this.#around.timeline.now - served.lastAskedAt >= IDLE_MS) this.#close(peer, served);
      else this.#closeWhenIdle(peer, served);
    });
  }

  #close(peer: MemberId, served: Served): void {
    if (this.#served.get(peer) !== served) return;
    this.#served.delete(peer);
    this.#life.enqueue({ kind: "snapshot-closed", peer, epoch: served.epoch });
  }
}
