import {
  checkLinearizable,
  explain,
  type History,
  judgeKeyValueHistory,
  keyValueModel,
  type Model,
  registerModel,
  textStoreModel,
} from "@holdfast/checker";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLinearizable } from "./brute-force.ts";
import {
  circumstances,
  historyOf,
  keyValueInput,
  keyValueService,
  registerInput,
  registerService,
  type SequentialService,
  textInput,
  textService,
} from "./random-history.ts";

/** What brute force can order in a moment. */
const SMALL = 7;
const RUNS = 200;
const LONG = { minLength: 2, maxLength: 80, reach: 6 };

function scripts<Input>(
  input: fc.Arbitrary<Input>,
  shape: { readonly minLength: number; readonly maxLength: number; readonly reach: number },
) {
  const { reach, ...lengths } = shape;
  return fc.array(fc.tuple(input, circumstances(reach)), { ...lengths, size: "max" });
}

interface Subject<State, Input extends { readonly kind: string }, Output> {
  readonly model: Model<State, Input, Output>;
  readonly input: fc.Arbitrary<Input>;
  readonly service: (shows: readonly boolean[]) => SequentialService<Input, Output>;
}

function agreesWithBruteForce<State, Input extends { readonly kind: string }, Output>(
  subject: Subject<State, Input, Output>,
): void {
  const { model, input, service } = subject;
  const seen = { legal: 0, illegal: 0 };
  fc.assert(
    fc.property(
      scripts(input, { minLength: 4, maxLength: SMALL, reach: 1 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
      fc.nat(),
      fc.nat(),
      (script, shows, corrupted, donor) => {
        const truth = historyOf(service(shows), script);
        const history = withAnswerOf(truth, corrupted, donor);

        const { kind } = checkLinearizable(model, history);

        expect(kind).toBe(isLinearizable(model, history) ? "legal" : "illegal");
        if (kind !== "unknown") seen[kind] += 1;
      },
    ),
    { numRuns: RUNS },
  );
  expect(seen.legal).toBeGreaterThan(RUNS / 40);
  expect(seen.illegal).toBeGreaterThan(RUNS / 40);
}

/** One operation answers as another of its kind did, if one answered something else. */
function withAnswerOf<Input extends { readonly kind: string }, Output>(
  history: History<Input, Output>,
  corrupted: number,
  donor: number,
): History<Input, Output> {
  const victim = history[corrupted % history.length];
  const own = JSON.stringify(victim?.output);
  const donors = history.filter(
    ({ input, output }) =>
      input.kind === victim?.input.kind && output !== undefined && JSON.stringify(output) !== own,
  );
  const answer = donors[donor % Math.max(1, donors.length)]?.output;
  if (victim?.output === undefined || answer === undefined) return history;
  return history.map((operation) =>
    operation === victim ? { ...operation, output: answer } : operation,
  );
}

describe("the search and brute force agree, on true and on corrupted histories", () => {
  test("of a register", () => {
    agreesWithBruteForce({ model: registerModel, input: registerInput, service: registerService });
  });

  test("of a text store", () => {
    agreesWithBruteForce({ model: textStoreModel, input: textInput, service: textService });
  });

  test("of keys with revisions", () => {
    agreesWithBruteForce({ model: keyValueModel, input: keyValueInput, service: keyValueService });
  });
});

describe("what a sequential service did is linearizable, with any overlap and lost answers", () => {
  test("of a register", () => {
    fc.assert(
      fc.property(scripts(registerInput, LONG), (script) => {
        const verdict = checkLinearizable(registerModel, historyOf(registerService(), script));
        expect(verdict.kind, explain(verdict)).toBe("legal");
      }),
    );
  });

  test("of a text store", () => {
    fc.assert(
      fc.property(scripts(textInput, LONG), (script) => {
        const verdict = checkLinearizable(textStoreModel, historyOf(textService(), script));
        expect(verdict.kind, explain(verdict)).toBe("legal");
      }),
    );
  });

  test("of keys, whatever is shown of their revisions", () => {
    const shows = fc.array(fc.boolean(), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(scripts(keyValueInput, LONG), shows, (script, shown) => {
        const history = historyOf(keyValueService(shown), script);
        const { kind, text } = judgeKeyValueHistory(history);
        expect(kind, text).toBe("legal");
      }),
    );
  });
});

test("a read of what nobody wrote is found in a long history", () => {
  const place = fc.nat({ max: 99 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(registerInput, circumstances(3)), { minLength: 100, maxLength: 100 }),
      place,
      (script, at) => {
        const history = historyOf(registerService(), script).map((operation, number) =>
          number === at
            ? {
                ...operation,
                input: { kind: "read" as const },
                output: { kind: "read" as const, value: 99 },
                returned: operation.called + 1,
              }
            : operation,
        );

        expect(checkLinearizable(registerModel, history).kind).toBe("illegal");
      },
    ),
    { numRuns: 10 },
  );
});
