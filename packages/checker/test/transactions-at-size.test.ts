import { below, SeededRandom } from "@holdfast/base";
import { checkStrictlySerializable, type Transaction } from "@holdfast/checker";
import { describe, expect, test } from "vitest";
import { type Script, transactionsOf } from "./random-transactions.ts";

const TRANSACTIONS = 10_000;
/** Of one core; the machine may be busy with other things. */
const CPU_MS_MAX = 2000;
/** A processor that is shared takes longer now and then. */
const RETRIED = { retry: 2 };
/** There is no bound on what a knot may cost but the one of the search for its shortest cycle. */
const KNOT = 2000;
const KEYS = 40;
const CLIENTS = 20;

function scripts(count: number, reach: number): readonly Script[] {
  const random = new SeededRandom(1);
  const step = () => {
    const kind = below(random, 2) === 0 ? ("append" as const) : ("read" as const);
    return { kind, key: `k${below(random, KEYS)}` };
  };
  return Array.from({ length: count }, () => ({
    steps: Array.from({ length: 1 + below(random, 4) }, step),
    before: below(random, 10 * reach + 1),
    after: below(random, 10 * reach + 1),
    fate: "committed" as const,
  }));
}

function timed(history: readonly Transaction[]) {
  const before = process.cpuUsage();
  const verdict = checkStrictlySerializable(history);
  const { user, system } = process.cpuUsage(before);
  return { verdict, cpuMs: (user + system) / 1000 };
}

describe(`${TRANSACTIONS} transactions`, () => {
  const history = transactionsOf(scripts(TRANSACTIONS, CLIENTS));

  test("are judged in time", RETRIED, () => {
    const { verdict, cpuMs } = timed(history);

    expect(verdict.kind).toBe("legal");
    expect(cpuMs).toBeLessThan(CPU_MS_MAX);
  });

  test(`are judged in time where ${KNOT} of them hang together in cycles`, RETRIED, () => {
    const backwards = transactionsOf(scripts(KNOT, CLIENTS)).map(
      ({ called, returned = called, ...rest }) => ({
        ...rest,
        called: 1e6 - returned,
        returned: 1e6 - called,
      }),
    );

    const { verdict, cpuMs } = timed(backwards);

    expect(verdict.kind).toBe("illegal");
    expect(cpuMs).toBeLessThan(CPU_MS_MAX);
  });

  test("are judged in time where nobody reads what many append", RETRIED, () => {
    const half = TRANSACTIONS / 2;
    const blind = Array.from({ length: TRANSACTIONS }, (_, at): Transaction => {
      const [called, client] = [at * 10, at];
      const step =
        at < half
          ? ({ kind: "read", key: "x", values: [] } as const)
          : ({ kind: "append", key: "x", value: at } as const);
      return { client, steps: [step], called, returned: called + 15, outcome: "committed" };
    });

    const { verdict, cpuMs } = timed(blind);

    expect(verdict.kind).toBe("legal");
    expect(verdict.edges).toBeLessThan(3 * TRANSACTIONS);
    expect(cpuMs).toBeLessThan(CPU_MS_MAX);
  });
});

test("time gives each transaction no more edges than others run beside it", () => {
  const { edges } = checkStrictlySerializable(
    transactionsOf(scripts(2000, 0)).map((one) => ({ ...one, steps: [] })),
  );

  expect(edges).toBe(1999);
});
