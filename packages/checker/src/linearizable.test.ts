import { describe, expect, test } from "vitest";
import { explain } from "./explain.ts";
import { checkLinearizable } from "./linearizable.ts";
import { type Model, REFUSED } from "./model.ts";
import { type RegisterInput, type RegisterOutput, registerModel } from "./models/register-model.ts";
import { type TextInput, type TextOutput, textStoreModel } from "./models/text-store-model.ts";
import type { Operation } from "./operation.ts";

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;
type TextOperation = Operation<TextInput, TextOutput>;

function write(value: number, called: number, returned?: number): RegisterOperation {
  const input = { kind: "write", value } as const;
  const client = `w${value}`;
  if (returned === undefined) return { client, input, called };
  return { client, input, called, returned, output: { kind: "write" } };
}

function read(value: number | undefined, called: number, returned: number): RegisterOperation {
  return {
    client: "r",
    input: { kind: "read" },
    output: { kind: "read", value },
    called,
    returned,
  };
}

function cas(
  [from, to, isDone]: readonly [number, number, boolean],
  called: number,
  returned: number,
): RegisterOperation {
  const output = { kind: "cas", isDone } as const;
  return { client: "c", input: { kind: "cas", from, to }, output, called, returned };
}

function withoutReturn({ client, input, called }: RegisterOperation): RegisterOperation {
  return { client, input, called };
}

describe("real time", () => {
  test.each<readonly [string, "legal" | "illegal", readonly RegisterOperation[]]>([
    ["nothing at all", "legal", []],
    ["a read of the first state", "legal", [read(undefined, 1, 2)]],
    ["a read of what was written before", "legal", [write(1, 1, 2), read(1, 3, 4)]],
    ["a stale read", "illegal", [write(1, 1, 2), read(undefined, 3, 4)]],
    [
      "a read during the write, before or after it",
      "legal",
      [write(1, 1, 9), read(undefined, 2, 3)],
    ],
    ["reads that go back", "illegal", [write(1, 1, 9), read(1, 2, 3), read(undefined, 4, 5)]],
    ["an answer at the very time of the call", "legal", [write(1, 1, 2), read(undefined, 2, 3)]],
    [
      "a lost update",
      "illegal",
      [write(1, 1, 2), cas([1, 2, true], 3, 6), cas([1, 3, true], 3, 6)],
    ],
    [
      "one of two wins",
      "legal",
      [write(1, 1, 2), cas([1, 2, true], 3, 6), cas([1, 3, false], 3, 6)],
    ],
  ])("%s is %s", (_what, kind, history) => {
    expect(checkLinearizable(registerModel, history).kind).toBe(kind);
  });
});

describe("a write whose outcome is unknown", () => {
  test.each<readonly [string, "legal" | "illegal", readonly RegisterOperation[]]>([
    ["may never happen", "legal", [write(1, 1), read(undefined, 9, 10)]],
    ["may happen at once", "legal", [write(1, 1), read(1, 2, 3)]],
    [
      "may happen long after its call",
      "legal",
      [write(1, 1), read(undefined, 100, 101), read(1, 200, 201)],
    ],
    ["happens once", "illegal", [write(1, 1), write(2, 5, 6), read(1, 2, 3), read(1, 7, 8)]],
    ["does not happen before its call", "illegal", [read(1, 1, 2), write(1, 3)]],
  ])("%s", (_what, kind, history) => {
    expect(checkLinearizable(registerModel, history).kind).toBe(kind);
  });
});

test("hundreds of writes whose outcome is unknown do not hide the few that happened", () => {
  const open = Array.from({ length: 300 }, (_, at) => write(1000 + at, 10 * at));
  const closed = Array.from({ length: 300 }, (_, at) => write(at, 10 * at, 10 * at + 3));
  const late = [50, 100, 150, 200, 250, 299].map((at) => read(950 + at, 10 * at + 5, 10 * at + 6));

  const verdict = checkLinearizable(registerModel, [...open, ...closed, ...late]);

  expect(verdict.kind).toBe("legal");
  expect(verdict.steps).toBeLessThan(10_000);
});

test("writes whose outcome is unknown may happen one right after the other", () => {
  const open = [1, 2, 3, 4, 5]
    .map((value) => cas([value, value + 1, true], 1, 2))
    .map(withoutReturn);

  const kinds = [6, 7].map(
    (value) => checkLinearizable(registerModel, [write(1, 1, 2), ...open, read(value, 3, 4)]).kind,
  );

  expect(kinds).toEqual(["legal", "illegal"]);
});

test("an operation without an answer that did return has happened", () => {
  const input = { kind: "cas", from: 1, to: 2 } as const;
  const blank: RegisterOperation = { client: "c", input, called: 3, returned: 4 };
  const returned = [write(1, 1, 2), blank, read(1, 5, 6)];

  expect(checkLinearizable(registerModel, returned).kind).toBe("illegal");
});

test("what an operation answered that did not return is not looked at", () => {
  const open: RegisterOperation = { ...cas([1, 2, false], 3, 4), returned: undefined };

  expect(checkLinearizable(registerModel, [write(1, 1, 2), open, read(2, 5, 6)]).kind).toBe(
    "legal",
  );
});

test("a model may leave open what follows", () => {
  const coin: Model<string, "throw" | "look", string> = {
    initial: () => "none",
    step: (state, input, output) => {
      if (input === "throw") return ["heads", "tails"];
      return output === state ? [state] : REFUSED;
    },
    isRead: (input) => input === "look",
    key: (state) => state,
    describe: (input, output) => `${input} → ${output}`,
    describeState: (state) => state,
  };
  const thrown = { client: 1, input: "throw", called: 1, returned: 2 } as const;
  const look = (output: string, called: number) =>
    ({ client: 2, input: "look", output, called, returned: called + 1 }) as const;

  const kinds = [["heads"], ["tails"], ["edge"], ["heads", "tails"]].map(
    (looks) =>
      checkLinearizable(coin, [thrown, ...looks.map((it, at) => look(it, 3 + 2 * at))]).kind,
  );

  expect(kinds).toEqual(["legal", "legal", "illegal", "illegal"]);
});

test("a counterexample names what cannot have happened, and how far all else can", () => {
  const history = [
    write(4, 10, 20),
    read(4, 15, 30),
    write(5, 40, 50),
    write(6, 45),
    read(4, 60, 70),
  ];

  const verdict = checkLinearizable(registerModel, history);

  expect(explain(verdict)).toBe(
    [
      `not linearizable: 5 operations, 1 partition, ${verdict.steps} steps`,
      "The 5 operations can be put in order up to time 70, as here:",
      "  at first: unset",
      "  10 – 20  client w4  write 4  ⇒ 4",
      "  15 – 30  client r   read → 4  ⇒ 4",
      "  40 – 50  client w5  write 5  ⇒ 5",
      "  45 – ?   client w6  write 6 → ?  ⇒ 6",
      "but then, whatever the order, this cannot have answered so:",
      "  60 – 70  client r   read → 4",
      "  refused in 6 | 5",
    ].join("\n"),
  );
});

/** Appends that all run at once, and a get of what no order gives: every order must be tried. */
function hard(key: string, valueLength = 1): readonly TextOperation[] {
  const appends = Array.from({ length: 14 }, (_, client): TextOperation => {
    const value = String.fromCharCode(97 + client).repeat(valueLength);
    return {
      client,
      input: { kind: "append", key, value },
      called: client,
      returned: 100 + client,
    };
  });
  return [...appends, get(key, "never", 200)];
}

/** So many operations one after the other. */
function easy(key: string, length: number): readonly TextOperation[] {
  return Array.from({ length }, (_, at): TextOperation => {
    const value = String(at);
    return { client: 1, input: { kind: "put", key, value }, called: 2 * at, returned: 2 * at + 1 };
  });
}

function get(key: string, value: string, called: number): TextOperation {
  const output = { kind: "get", value } as const;
  return { client: 99, input: { kind: "get", key }, output, called, returned: called + 1 };
}

describe("a budget", () => {
  test("of steps that ends leaves the history unjudged, and says what is undecided", () => {
    const verdict = checkLinearizable(textStoreModel, [...hard("h"), ...easy("e", 10)], {
      stepsMax: 20_000,
    });

    expect(verdict).toMatchObject({ kind: "unknown", exhausted: "stepsMax", undecided: ["h"] });
    expect(verdict.steps).toBeLessThan(21_000);
    expect(explain(verdict)).toContain("stepsMax");
  });

  test("of memory that ends gives up the partition that holds most, and goes on with the rest", () => {
    const same = easy("late", 3000).map((put): TextOperation => {
      return { ...put, input: { kind: "put", key: "late", value: "same" } };
    });
    const history = [...hard("h", 500), ...same, get("late", "other", 50_000)];

    const verdict = checkLinearizable(textStoreModel, history, { memoryBytesMax: 5_000_000 });

    expect(verdict).toMatchObject({ kind: "illegal", counterexample: { partition: "late" } });
  });

  test("of memory that ends leaves the history unjudged", () => {
    const verdict = checkLinearizable(textStoreModel, [...hard("h"), ...easy("e", 10)], {
      memoryBytesMax: 3_000_000,
    });

    expect(verdict).toMatchObject({
      kind: "unknown",
      exhausted: "memoryBytesMax",
      undecided: ["h"],
    });
  });

  test("is shared in turns: an illegal partition is found behind ones that cannot be searched", () => {
    const stale = [...easy("stale", 300), get("stale", "7", 1000)];
    const keys = Array.from({ length: 9 }, (_, at) => hard(`h${at}`)).flat();

    const verdict = checkLinearizable(textStoreModel, [...keys, ...stale]);

    expect(verdict).toMatchObject({ kind: "illegal", counterexample: { partition: "stale" } });
    expect(verdict.steps).toBeLessThan(30_000);
  });
});

test("a return before the call is a fault of the recorder, and refused", () => {
  expect(() => checkLinearizable(registerModel, [write(1, 5, 4)])).toThrow(
    /returns after its call/,
  );
});
