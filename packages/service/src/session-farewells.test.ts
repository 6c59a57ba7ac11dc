import { type Cancel, type Clock, type Millis, silentLogger } from "@holdfast/base";
import { OverloadedError } from "@holdfast/replica";
import type { Operation, OperationResult } from "@holdfast/state-machine";
import { expect, test } from "vitest";
import { SessionFarewells } from "./session-farewells.ts";

/** A clock of which a test fires the timers, and what is proposed. */
class Stage implements Clock {
  readonly ended: number[] = [];
  refuses = false;
  readonly farewells: SessionFarewells = new SessionFarewells({
    clock: this,
    logger: silentLogger,
    replica: { propose: (operation) => this.#propose(operation) },
    farewellMs: 10,
  });
  #timers: (() => void)[] = [];

  now(): Millis {
    return 0;
  }

  timer(_delayMs: Millis, fire: () => void): Cancel {
    this.#timers.push(fire);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== fire);
    };
  }

  /** Lets the round end; tells whether one was waited for. */
  async round(): Promise<boolean> {
    const [fire] = this.#timers.splice(0, 1);
    fire?.();
    await new Promise(setImmediate);
    return fire !== undefined;
  }

  async #propose(operation: Operation): Promise<OperationResult> {
    if (operation.kind !== "session-expire") throw new Error(`proposed ${operation.kind}`);
    if (this.refuses) throw new OverloadedError("too much to do");
    this.ended.push(operation.sessions.length);
    return { kind: "session-expire", revision: 1 };
  }
}

function sessions(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, at) => new Uint8Array(16).fill(at));
}

test("all of a round end in the next but one, so many at a time", async () => {
  const stage = new Stage();
  for (const session of sessions(300)) stage.farewells.add(session);

  await stage.round();
  stage.farewells.add(new Uint8Array(16));
  expect(stage.ended).toEqual([]);
  await stage.round();
  expect(stage.ended).toEqual([256, 44]);
  await stage.round();

  expect(stage.ended).toEqual([256, 44, 1]);
  expect(await stage.round()).toBe(false);
});

test("those whose end was not taken wait again", async () => {
  const stage = new Stage();
  stage.refuses = true;
  for (const session of sessions(300)) stage.farewells.add(session);
  await stage.round();
  await stage.round();

  stage.refuses = false;
  await stage.round();
  await stage.round();

  expect(stage.ended).toEqual([256, 44]);
});

test("a node that stops ends all that wait at once, and waits for no more", async () => {
  const stage = new Stage();
  stage.farewells.add(new Uint8Array(16));
  await stage.round();
  stage.farewells.add(new Uint8Array(16));

  stage.farewells.stop();
  stage.farewells.add(new Uint8Array(16));
  stage.farewells.stop();

  expect(await stage.round()).toBe(false);
  expect(stage.ended).toEqual([2]);
});

test("no more wait than there is room for", async () => {
  const stage = new Stage();
  for (let at = 0; at < 65_540; at++) stage.farewells.add(new Uint8Array(16));
  await stage.round();
  await stage.round();

  expect(stage.ended.reduce((sum, count) => sum + count, 0)).toBe(65_536);
});
