import { checkLinearizable, explain, type Model, REFUSED } from "@holdfast/checker";
import type { Operation } from "../model/command.ts";
import { UNWRITTEN } from "../model/register-state.ts";
import { Violation } from "../violation.ts";
import type { RecordedHistory } from "./recorded-history.ts";

interface Found {
  readonly value: number;
  readonly written: boolean;
}

/** A register whose every operation also answers what it found. */
const tellingRegister: Model<number, Operation, Found> = {
  partition: ({ key }) => `${key}`,
  initial: () => UNWRITTEN,
  step(state, operation, output) {
    if (output !== undefined && output.value !== state) return REFUSED;
    if (operation.kind === "read") return [state];
    const writes = operation.kind === "write" || operation.expected === state;
    if (output !== undefined && output.written !== writes) return REFUSED;
    return [writes ? operation.value : state];
  },
  isRead: (operation, output) => operation.kind === "read" || output?.written === false,
  key: (state) => state,
  describe(operation, output) {
    const answer = output === undefined ? "?" : `found ${output.value}`;
    if (operation.kind === "read") return `read → ${answer}`;
    if (operation.kind === "write") return `write ${operation.value} → ${answer}`;
    return `cas ${operation.expected} to ${operation.value} → ${answer}`;
  },
  describeState: (state) => `${state}`,
};

/** A history too hard for this many questions to the model is left to the replay. */
const STEPS_MAX = 2_000_000;

/** Has the history judged by a search that knows nothing of logs, indices and leaders. */
export function requireLinearizable({ operations }: RecordedHistory): void {
  const history = operations.map(({ client, operation, called, returned, reply }) => ({
    client,
    input: operation,
    called,
    returned,
    output: reply === undefined ? undefined : { value: reply.value, written: reply.written },
  }));
  const verdict = checkLinearizable(tellingRegister, history, { stepsMax: STEPS_MAX });
  if (verdict.kind === "illegal") throw new Violation("linearizability", explain(verdict));
}
