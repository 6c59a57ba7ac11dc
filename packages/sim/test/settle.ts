import { setImmediate as turn } from "node:timers/promises";
import { settling } from "../src/server-lane/index.ts";

export const settle: () => Promise<void> = settling({ tick: process.nextTick, turn });
