import { type Settle, settling } from "../src/server-lane/index.ts";

export const settle: Settle = settling({ tick: process.nextTick, turn: setImmediate });
