import { type Model, REFUSED } from "../model.ts";

export type TextInput = { readonly key: string } & (
  | { readonly kind: "get" }
  | { readonly kind: "put" | "append"; readonly value: string }
);

/** What a get found; the others answer nothing. */
export type TextOutput =
  | { readonly kind: "get"; readonly value: string }
  | { readonly kind: "put" | "append" };

/** Keys that hold text, with put, append and get; a missing key reads as the empty text. */
export const textStoreModel: Model<string, TextInput, TextOutput> = {
  partition: ({ key }) => key,
  initial: () => "",
  step(state, input, output) {
    switch (input.kind) {
      case "put":
        return [input.value];
      case "append":
        return [state + input.value];
      case "get":
        return output?.kind !== "get" || output.value === state ? [state] : REFUSED;
    }
  },
  isRead: ({ kind }) => kind === "get",
  key: (state) => state,
  describe(input, output) {
    if (input.kind === "get") {
      return `get ${input.key} → ${output?.kind === "get" ? JSON.stringify(output.value) : "?"}`;
    }
    const answer = output === undefined ? " → ?" : "";
    return `${input.kind} ${input.key} ${JSON.stringify(input.value)}${answer}`;
  },
  describeState: (state) => JSON.stringify(state),
};
