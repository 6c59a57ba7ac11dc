import { type Effects, type Input, Raft, type RaftParts } from "@holdfast/raft";
import type { Core } from "../src/index.ts";

/** What is done to a core from outside; left out, it is left alone. */
export interface Tampering {
  /** Changes how the core begins. */
  readonly parts?: (parts: RaftParts) => RaftParts;
  /** Changes or drops what the core is told. */
  readonly input?: (input: Input, core: Raft) => Input | undefined;
  /** Changes what the core asks for. */
  readonly effects?: (effects: Effects, core: Raft) => Effects;
}

/** Makes cores that lie, or are lied to: mistakes that a simulator must see. */
export function tamperedWith({ parts, input, effects }: Tampering): (given: RaftParts) => Core {
  return (given) => {
    const core = new Raft(parts?.(given) ?? given);
    return {
      step: (now, told) => {
        const changed = input === undefined ? told : input(told, core);
        if (changed !== undefined) core.step(now, changed);
      },
      takeEffects: () => {
        const taken = core.takeEffects();
        return taken === undefined || effects === undefined ? taken : effects(taken, core);
      },
      nextDeadline: () => core.nextDeadline(),
      entriesInMemory: (from, to, bytesMax) => core.entriesInMemory(from, to, bytesMax),
      status: () => core.status(),
      checkDeeply: () => core.checkDeeply(),
    };
  };
}
