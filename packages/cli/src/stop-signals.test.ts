import { expect, test } from "vitest";
import { signalJudge } from "./stop-signals.ts";

test("the copy of a signal that npm passes on is not taken for impatience", () => {
  const done: string[] = [];
  let now = 5_000;
  const judge = signalJudge(
    { stop: (signal) => done.push(`stop by ${signal}`), force: () => done.push("force") },
    () => now,
  );

  judge("SIGINT");
  judge("SIGINT");
  now += 999;
  judge("SIGTERM");
  expect(done).toEqual(["stop by SIGINT"]);

  now += 1;
  judge("SIGINT");
  expect(done).toEqual(["stop by SIGINT", "force"]);
});
