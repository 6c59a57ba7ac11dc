import { expect, test } from "vitest";
import { RandomStreams } from "../dice.ts";
import { EMPTY_STATE } from "../model/register-state.ts";
import { EngineDisk, type StateBatch } from "./engine-disk.ts";

function batch(index: number): StateBatch {
  return {
    registers: new Map([[index, { value: index, index }]]),
    books: { applied: { term: 1, index }, rolling: index },
  };
}

test("a synced batch survives a power cut, with all before it that was synced", () => {
  const engine = new EngineDisk(EMPTY_STATE);
  for (let index = 1; index <= 10; index++) {
    engine.write(batch(index));
    engine.sync();
  }

  engine.powerEnded(new RandomStreams(1).stream("disk"));

  const { applied, registers } = engine.recover();
  expect(applied.index).toBe(10);
  expect(registers.size).toBe(10);
});

test("a process that ends takes no batch with it", () => {
  const engine = new EngineDisk(EMPTY_STATE);
  engine.write(batch(1));

  expect(engine.recover().applied.index).toBe(1);
});

test("what survives of unsynced batches need not be a prefix", () => {
  let withHoles = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const engine = new EngineDisk(EMPTY_STATE);
    for (let index = 1; index <= 12; index++) engine.write(batch(index));
    engine.powerEnded(new RandomStreams(seed).stream("disk"));
    const { applied, registers } = engine.recover();
    if (registers.size < applied.index) withHoles++;
  }

  expect(withHoles).toBeGreaterThan(20);
});

test("a sync makes durable its own file only", () => {
  const lost = new Set<number>();
  for (let seed = 1; seed <= 100; seed++) {
    const engine = new EngineDisk(EMPTY_STATE);
    for (let index = 1; index <= 6; index++) engine.write(batch(index));
    engine.sync();
    engine.powerEnded(new RandomStreams(seed).stream("disk"));
    const { registers } = engine.recover();
    for (let index = 1; index <= 6; index++) if (!registers.has(index)) lost.add(index);
  }

  expect(lost.has(1)).toBe(true);
  expect(lost.has(5)).toBe(false);
  expect(lost.has(6)).toBe(false);
});
