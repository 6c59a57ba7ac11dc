import { describe, expect, test } from "vitest";
import { explainTransactions } from "./explain-transactions.ts";
import { checkStrictlySerializable } from "./strictly-serializable.ts";
import type { Transaction, TransactionStep } from "./transaction.ts";

const EVER = [0, 1000] as const;

function append(key: string, value: number): TransactionStep {
  return { kind: "append", key, value };
}

function read(key: string, ...values: readonly number[]): TransactionStep {
  return { kind: "read", key, values };
}

/** A committed transaction; all overlap unless their times are given. */
function txn(
  steps: readonly TransactionStep[],
  [called, returned]: readonly [number, number] = EVER,
): Transaction {
  return { client: "c", steps, called, returned, outcome: "committed" };
}

function aborted(...steps: readonly TransactionStep[]): Transaction {
  return { client: "a", steps, called: 0, returned: 1, outcome: "aborted" };
}

function unknown(called: number, ...steps: readonly TransactionStep[]): Transaction {
  return { client: "u", steps, called, outcome: "unknown" };
}

function names(history: readonly Transaction[]): readonly string[] {
  return checkStrictlySerializable(history).anomalies.map(({ name }) => name);
}

describe("is legal:", () => {
  test.each<readonly [string, readonly Transaction[]]>([
    ["nothing at all", []],
    ["a read of an empty list", [txn([read("x")])]],
    ["what was appended before", [txn([append("x", 1)], [0, 1]), txn([read("x", 1)], [2, 3])]],
    [
      "an append under way, read or not",
      [txn([append("x", 1)]), txn([read("x")]), txn([read("x", 1)])],
    ],
    ["a transaction that reads its own append", [txn([append("x", 1), read("x", 1)])]],
    [
      "appends of one transaction, read together",
      [txn([append("x", 1), append("x", 2)]), txn([read("x", 1, 2)])],
    ],
    ["appends that nobody read", [txn([append("x", 1)], [0, 1]), txn([append("x", 2)], [2, 3])]],
    [
      "an answer at the very time of the call",
      [txn([append("x", 1)], [0, 2]), txn([read("x")], [2, 3])],
    ],
    ["an aborted append, not read", [aborted(append("x", 1)), txn([read("x")], [5, 6])]],
    [
      "an unknown append that never shows",
      [unknown(0, append("x", 1)), txn([read("x")], [50, 60])],
    ],
    [
      "an unknown append that shows late",
      [unknown(0, append("x", 1)), txn([read("x")], [50, 60]), txn([read("x", 1)], [70, 80])],
    ],
    [
      "an unknown append whose client gave up before it shows",
      [
        { ...unknown(0, append("x", 1)), returned: 5 },
        txn([read("x")], [50, 60]),
        txn([read("x", 1)], [70, 80]),
      ],
    ],
  ])("%s", (_what, history) => {
    const verdict = checkStrictlySerializable(history);

    expect(verdict.kind, explainTransactions(verdict)).toBe("legal");
  });
});

describe("is named by what is wrong:", () => {
  test.each<readonly [string, readonly string[], readonly Transaction[]]>([
    [
      "interleaved appends",
      ["G0"],
      [
        txn([append("x", 1), append("y", 1)]),
        txn([append("x", 2), append("y", 2)]),
        txn([read("x", 1, 2), read("y", 2, 1)]),
      ],
    ],
    ["a read of an aborted append", ["G1a"], [aborted(append("x", 1)), txn([read("x", 1)])]],
    [
      "reads between two appends of a transaction",
      ["G1b", "G-single"],
      [txn([append("x", 1), append("x", 2)]), txn([read("x", 1)]), txn([read("x", 1)])],
    ],
    [
      "transactions that read each other's appends",
      ["G1c"],
      [txn([append("x", 1), read("y", 2)]), txn([append("y", 2), read("x", 1)])],
    ],
    [
      "a read of one append of a transaction without the other",
      ["G-single"],
      [txn([append("x", 1), append("y", 1)]), txn([read("x", 1), read("y")]), txn([read("y", 1)])],
    ],
    ["a lost update", ["G2"], [txn([read("x"), append("x", 1)]), txn([read("x"), append("x", 2)])]],
    [
      "write skew",
      ["G2"],
      [
        txn([read("x"), append("y", 1)]),
        txn([read("y"), append("x", 2)]),
        txn([read("x", 2), read("y", 1)], [1001, 1002]),
      ],
    ],
    [
      "one missed read, though two make a shorter cycle",
      ["G-single"],
      [
        txn([read("x"), append("y", 1), append("a", 1)]),
        txn([read("a", 1), append("b", 1)]),
        txn([read("b", 1), read("y"), append("x", 2)]),
      ],
    ],
    [
      "appends in another order than they were answered",
      ["G0-realtime"],
      [
        txn([append("x", 1)], [0, 1]),
        txn([append("x", 2)], [2, 3]),
        txn([read("x", 2, 1)], [4, 5]),
      ],
    ],
    [
      "a read of what was appended later",
      ["G1c-realtime"],
      [txn([read("x", 1)], [0, 1]), txn([append("x", 1)], [2, 3])],
    ],
    [
      "a stale read",
      ["G-single-realtime"],
      [txn([append("x", 1)], [0, 1]), txn([read("x")], [2, 3]), txn([read("x", 1)], [4, 5])],
    ],
    [
      "a missed append of one that itself missed an earlier one",
      ["G2-realtime"],
      [
        txn([read("y"), append("x", 1)], [0, 100]),
        txn([append("y", 2)], [1, 2]),
        txn([read("x")], [3, 4]),
      ],
    ],
    [
      "a half of an unknown transaction",
      ["G-single"],
      [unknown(0, append("x", 1), append("y", 1)), txn([read("x", 1), read("y")])],
    ],
    [
      "a value twice",
      ["duplicate elements"],
      [txn([append("x", 1)]), txn([append("x", 2)]), txn([read("x", 1, 2, 1)])],
    ],
    ["a value of nobody", ["unwritten value"], [txn([read("x", 7)])]],
    [
      "lists of which none begins the other",
      ["incompatible orders"],
      [txn([append("x", 1)]), txn([append("x", 2)]), txn([read("x", 1, 2)]), txn([read("x", 2)])],
    ],
    [
      "a transaction's appends the wrong way round",
      ["incompatible orders"],
      [txn([append("x", 1), append("x", 2)]), txn([append("x", 3)]), txn([read("x", 2, 1, 3)])],
    ],
    [
      "an acknowledged append that is in no list",
      ["lost append"],
      [txn([append("x", 1)], [0, 1]), txn([read("x")], [2, 3])],
    ],
    [
      "an acknowledged append that a late read misses, and an early one",
      ["lost append"],
      [txn([read("x")]), txn([append("x", 1)], [1, 2]), txn([read("x")], [3, 4])],
    ],
    ["an own append that is not read", ["internal"], [txn([append("x", 1), read("x")])]],
    ["an own append that is read early", ["internal"], [txn([read("x", 1), append("x", 1)])]],
    [
      "two reads in a transaction that differ",
      ["internal"],
      [txn([append("x", 1)]), txn([read("x"), read("x", 1)])],
    ],
  ])("%s is %j", (_what, expected, history) => {
    expect(names(history)).toEqual(expected);
  });
});

test("a read is missed where the appended value is in no read at all", () => {
  const history = [
    unknown(0, append("x", 1), append("y", 2)),
    txn([read("x", 1)], [5, 6]),
    txn([read("y")], [7, 8]),
  ];

  expect(names(history)).toEqual(["G-single-realtime"]);
});

test("the shortest cycle is told, with what it needs of each transaction", () => {
  const ring = [0, 1, 2, 3].map((at) =>
    txn([append("k", at), read(at === 0 ? "5" : `${at - 1}`, 9), append(`${at}`, 9)]),
  );
  const short = txn([read("3", 9), append("4", 9), append("k", 4)]);
  const back = txn([read("4", 9), append("k", 5), append("5", 9)]);
  const last = txn([read("k", 0, 1, 2, 3, 5, 4)]);

  const verdict = checkStrictlySerializable([...ring, short, back, last]);

  expect(explainTransactions(verdict)).toContain(
    "T5 → T6  wr: T6 read 4 up to 9, which T5 appended",
  );
  expect(verdict.anomalies).toHaveLength(1);
});

test("a verdict tells the anomaly, its transactions and why each edge is there", () => {
  const text = explainTransactions(
    checkStrictlySerializable([
      txn([append("x", 1)], [0, 1]),
      txn([append("x", 2)], [2, 3]),
      txn([read("x", 1)], [4, 5.25]),
      txn([read("x", 1, 2)], [6, 7]),
    ]),
  );

  expect(text).toBe(
    [
      "not strictly serializable: 4 transactions, 4 that happened, 7 edges",
      "G-single-realtime: a read missed an append of a transaction that must have come before it, by the order of time",
      "  T2  2 – 3      client c  append x 2",
      "  T3  4 – 5.250  client c  read x [1]",
      "each must come before the next, and the last before the first:",
      "  T3 → T2  rw: T3 read x up to 1, without 2, which T2 appended",
      "  T2 → T3  realtime: T2 was answered at 3, before T3 was called at 4",
    ].join("\n"),
  );
});

test("a long list is shown where it is told of", () => {
  const all = Array.from({ length: 30 }, (_, at) => at);
  const text = explainTransactions(
    checkStrictlySerializable([
      txn(all.map((value) => append("x", value))),
      txn([read("x", ...all.slice(0, 9), 12)]),
      txn([read("x", ...all)]),
    ]),
  );

  expect(text).toContain("at place 10 of x, T2 found 12 and T3 9:");
  expect(text).toContain("read x [… 2 more … 2 3 4 5 6 7 8 12]");
  expect(text).toContain("read x [… 3 more … 3 4 5 6 7 8 9 10 … 19 more …]");
});

describe("what a test got wrong is no anomaly:", () => {
  test.each<readonly [string, readonly Transaction[], RegExp]>([
    [
      "a value appended twice",
      [txn([append("x", 1)]), txn([append("x", 1)])],
      /1 is appended to x once/,
    ],
    ["a return before the call", [txn([read("x")], [2, 1])], /returns after its call/],
    [
      "a commit without a return",
      [{ client: "c", steps: [], called: 0, outcome: "committed" }],
      /a committed transaction has returned/,
    ],
  ])("%s", (_what, history, message) => {
    expect(() => checkStrictlySerializable(history)).toThrow(message);
  });
});
