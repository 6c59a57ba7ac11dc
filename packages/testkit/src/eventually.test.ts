import { expect, test } from "vitest";
import { eventually } from "./eventually.ts";

test("it tries until the condition gives a value, and returns that", async () => {
  let tries = 0;

  const value = await eventually(() => (++tries < 3 ? undefined : "here"), { within: 5000 });

  expect(value).toBe("here");
  expect(tries).toBe(3);
});

test("a condition that throws is tried again, and its last failure is told", async () => {
  let tries = 0;
  const failing = eventually(
    () => {
      tries += 1;
      throw new Error(`try ${tries}`);
    },
    { within: 60, what: "the impossible" },
  );

  await expect(failing).rejects.toThrow(/^the impossible did not hold within 60 ms: try \d+$/);
  expect(tries).toBeGreaterThan(1);
});

test("zero is a value", async () => {
  expect(await eventually(() => 0, { within: 100 })).toBe(0);
});
