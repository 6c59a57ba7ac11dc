import type {
  KeyChange,
  KeyComparison,
  KeyValueInput,
  KeyValueOutput,
  Operation,
  RegisterInput,
  RegisterOutput,
  RegisterValue,
  TextInput,
  TextOutput,
} from "@holdfast/checker";
import fc from "fast-check";

/** A service that is asked one thing at a time: a second implementation, not the checker's model. */
export interface SequentialService<Input, Output> {
  answer(input: Input): Output;
}

/** When an operation was called and answered around the moment of its effect, and what its client learnt. */
export interface Circumstances {
  readonly before: number;
  readonly after: number;
  /** `lost`: it took effect, its answer was lost. `never`: it did not, and nobody knows. `blank`: answered, unread. */
  readonly fate: "answered" | "lost" | "never" | "blank";
}

/** Effects are so far apart. */
const APART = 10;

/** Operations that lie up to `reach` effects around their own. */
export function circumstances(reach: number): fc.Arbitrary<Circumstances> {
  return fc.record({
    before: fc.integer({ min: 0, max: reach * APART }),
    after: fc.integer({ min: 0, max: reach * APART }),
    fate: fc.oneof(
      { weight: 12, arbitrary: fc.constant("answered" as const) },
      {
        weight: 1,
        arbitrary: fc.constantFrom("lost" as const, "never" as const, "blank" as const),
      },
    ),
  });
}

/** A history that is linearizable, as it tells of a sequential run. */
export function historyOf<Input, Output>(
  service: SequentialService<Input, Output>,
  script: readonly (readonly [Input, Circumstances])[],
): readonly Operation<Input, Output>[] {
  return script.map(([input, { before, after, fate }], client) => {
    const effect = (client + 1) * APART;
    const output = fate === "never" ? undefined : service.answer(input);
    const called = effect - before;
    const isOpen = fate === "never" || fate === "lost";
    if (isOpen) return { client, input, called };
    const returned = effect + after;
    return fate === "blank"
      ? { client, input, called, returned }
      : { client, input, called, returned, output };
  });
}

const few = fc.integer({ min: 0, max: 3 });

export const registerInput: fc.Arbitrary<RegisterInput> = fc.oneof(
  fc.constant({ kind: "read" as const }),
  fc.record({ kind: fc.constant("write" as const), value: few }),
  fc.record({ kind: fc.constant("cas" as const), from: few, to: few }),
);

export function registerService(): SequentialService<RegisterInput, RegisterOutput> {
  let held: RegisterValue;
  return {
    answer(input) {
      if (input.kind === "read") return { kind: "read", value: held };
      const isDone = input.kind === "write" || held === input.from;
      if (isDone) held = input.kind === "write" ? input.value : input.to;
      return input.kind === "write" ? { kind: "write" } : { kind: "cas", isDone };
    },
  };
}

const key = fc.constantFrom("a", "b");
const letter = fc.constantFrom("x", "y", "z");

export const textInput: fc.Arbitrary<TextInput> = fc.oneof(
  fc.record({ kind: fc.constant("get" as const), key }),
  fc.record({ kind: fc.constantFrom("put" as const, "append" as const), key, value: letter }),
);

export function textService(): SequentialService<TextInput, TextOutput> {
  const texts = new Map<string, string>();
  return {
    answer(input) {
      const text = texts.get(input.key) ?? "";
      if (input.kind === "get") return { kind: "get", value: text };
      texts.set(input.key, input.kind === "put" ? input.value : text + input.value);
      return { kind: input.kind };
    },
  };
}

const change = fc.oneof(
  fc.constant({ kind: "get" as const }),
  fc.record({ kind: fc.constant("put" as const), value: letter }),
  fc.constant({ kind: "delete" as const }),
);
const comparison = fc.oneof(
  fc.record({ target: fc.constant("value" as const), is: letter }),
  fc.record({
    target: fc.constantFrom("version" as const, "createRevision" as const, "modRevision" as const),
    is: few,
  }),
);

export const keyValueInput: fc.Arbitrary<KeyValueInput> = fc
  .tuple(
    key,
    fc.oneof(
      { weight: 3, arbitrary: change },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant("txn" as const),
          compare: fc.array(comparison, { minLength: 1, maxLength: 2 }),
          then: change,
          else: change,
        }),
      },
    ),
  )
  .map(([name, rest]) => ({ key: name, ...rest }));

interface Held {
  readonly value: string;
  readonly version: number;
  readonly createRevision: number;
  readonly modRevision: number;
}

type Show = <Value>(value: Value) => Value | undefined;

/** Shows as much of each answer as `shows` says, in turn. */
export function keyValueService(
  shows: readonly boolean[] = [true],
): SequentialService<KeyValueInput, KeyValueOutput> {
  const keys = new Map<string, Held>();
  let revision = 1;
  let shown = 0;
  const show: Show = (value) => (shows[shown++ % shows.length] === true ? value : undefined);
  return {
    answer(input) {
      const held = keys.get(input.key);
      const hasSucceeded = input.kind === "txn" ? input.compare.every(holdsFor(held)) : undefined;
      const done = input.kind === "txn" ? (hasSucceeded ? input.then : input.else) : input;
      const next = carriedOut(done, held, revision + 1);
      if (next !== held) revision += 1;
      if (next === undefined) keys.delete(input.key);
      else keys.set(input.key, next);
      return {
        revision: show(revision),
        before: show(held === undefined ? "absent" : partOf(held, show)),
        hasDeleted: done.kind === "delete" ? show(held !== undefined) : undefined,
        hasSucceeded: hasSucceeded === undefined ? undefined : show(hasSucceeded),
      };
    },
  };
}

function holdsFor(held: Held | undefined): (comparison: KeyComparison) => boolean {
  return ({ target, is }) =>
    target === "value" ? held?.value === is : (held?.[target] ?? 0) === is;
}

function carriedOut(change: KeyChange, held: Held | undefined, revision: number) {
  if (change.kind === "get") return held;
  if (change.kind === "delete") return undefined;
  const { version = 0, createRevision = revision } = held ?? {};
  return { value: change.value, version: version + 1, createRevision, modRevision: revision };
}

function partOf({ value, version, createRevision, modRevision }: Held, show: Show) {
  return {
    value,
    version: show(version),
    createRevision: show(createRevision),
    modRevision: show(modRevision),
  };
}
