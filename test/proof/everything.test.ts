import { test } from "vitest";
import { faultRounds } from "../network/fault-rounds.ts";
import { faultStage } from "../network/fault-stage.ts";
import { show } from "../show.ts";

const ROUNDS = 10;
const { FAULTS_SEED: given } = process.env;
const seed = given === undefined ? Date.now() % 1_000_000 : Number(given);
const stage = faultStage();

test(`${ROUNDS} rounds in which anything may fail lose nothing and tell nothing old`, async () => {
  show("rounds of everything", { seed, again: `FAULTS_SEED=${seed}` });
  await faultRounds(stage(), { rounds: ROUNDS, seed });
});
