import { expect, test } from "vitest";
import { JobGate } from "./job-gate.ts";

test("no more jobs run at once than the gate lets in, and all run in order", async () => {
  const gate = new JobGate(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const jobs = [0, 1, 2, 3].map((job) =>
    gate.run(() => {
      begun.push(job);
      return new Promise<number>((resolve) => ends.push(() => resolve(job)));
    }),
  );
  expect([begun, gate.waiting]).toEqual([[0, 1], 2]);

  ends[1]?.();
  await jobs[1];
  await Promise.resolve();
  expect([begun, gate.waiting]).toEqual([[0, 1, 2], 1]);

  ends[0]?.();
  ends[2]?.();
  await Promise.all([jobs[0], jobs[2]]);
  await Promise.resolve();
  ends[3]?.();
  expect(await Promise.all(jobs)).toEqual([0, 1, 2, 3]);
});

test("a job that fails gives its place back", async () => {
  const gate = new JobGate(1);

  await expect(gate.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");

  expect(await gate.run(() => Promise.resolve("yes"))).toBe("yes");
});
