import { expect, test } from "vitest";
import { Weather } from "./weather.ts";

const SEEDS = 60;
const STEPS = 2_000;

test(`${SEEDS} random storms break no promise, and all clusters heal`, { timeout: 60_000 }, () => {
  let applied = 0;
  let leaderships = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const weather = new Weather(seed);
    try {
      weather.storm(STEPS);
      expect(weather.heals()).toBe(true);
    } catch (failure) {
      throw new Error(`seed ${seed}`, { cause: failure });
    }
    applied += weather.appliedCount;
    leaderships += weather.leaderships;
  }

  // A storm in which nothing happens proves nothing.
  expect(applied).toBeGreaterThan(40 * SEEDS);
  expect(leaderships).toBeGreaterThan(2 * SEEDS);
});
