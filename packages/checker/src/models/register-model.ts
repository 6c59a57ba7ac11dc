import { type Model, REFUSED } from "../model.ts";

/** What a register holds; `undefined` before the first write. */
export type RegisterValue = number | undefined;

export type RegisterInput =
  | { readonly kind: "read" }
  | { readonly kind: "write"; readonly value: number }
  | { readonly kind: "cas"; readonly from: number; readonly to: number };

export type RegisterOutput =
  | { readonly kind: "read"; readonly value: RegisterValue }
  | { readonly kind: "write" }
  | { readonly kind: "cas"; readonly isDone: boolean };

/** One register with read, write and compare-and-set. */
export const registerModel: Model<RegisterValue, RegisterInput, RegisterOutput> = {
  initial: () => undefined,
  step(state, input, output) {
    switch (input.kind) {
      case "write":
        return [input.value];
      case "read":
        return output?.kind !== "read" || output.value === state ? [state] : REFUSED;
      case "cas": {
        const isDone = state === input.from;
        if (output?.kind === "cas" && output.isDone !== isDone) return REFUSED;
        return [isDone ? input.to : state];
      }
    }
  },
  isRead: (input, output) => input.kind === "read" || (output?.kind === "cas" && !output.isDone),
  key: (state) => state ?? "unset",
  describe(input, output) {
    switch (input.kind) {
      case "write":
        return `write ${input.value}${output === undefined ? " → ?" : ""}`;
      case "read":
        return `read → ${output?.kind === "read" ? valueText(output.value) : "?"}`;
      case "cas": {
        const answer = output?.kind !== "cas" ? "?" : output.isDone ? "done" : "refused";
        return `cas ${input.from} to ${input.to} → ${answer}`;
      }
    }
  },
  describeState: valueText,
};

function valueText(value: RegisterValue): string {
  return value === undefined ? "unset" : String(value);
}
