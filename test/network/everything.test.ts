import { test } from "vitest";
import { faultRounds } from "./fault-rounds.ts";
import { faultStage } from "./fault-stage.ts";

const stage = faultStage();

// The long form, with seeds of its own, is `test/proof/everything.test.ts`.
test("two rounds in which anything may fail lose nothing and tell nothing old", async () => {
  await faultRounds(stage(), { rounds: 2, seed: 1 });
});
