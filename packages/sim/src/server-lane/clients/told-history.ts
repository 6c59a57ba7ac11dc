import { HoldfastError } from "@holdfast/base";
import {
  HistoryRecorder,
  type HistoryRecorderOptions,
  type KeyValueInput,
  type KeyValueOutput,
  keyValueModel,
  type OperationUnderWay,
} from "@holdfast/checker";
import type { CallTeller } from "./call-teller.ts";

type Asked = Parameters<HistoryRecorder["begin"]>[0];

/** A history whose operations are also told one by one, as they begin and end. */
export class ToldHistory extends HistoryRecorder {
  readonly #calls: CallTeller;

  constructor(options: HistoryRecorderOptions & { readonly calls: CallTeller }) {
    super(options);
    this.#calls = options.calls;
  }

  override begin(asked: Asked): OperationUnderWay {
    const recorded = super.begin(asked);
    const { client, input } = asked;
    const told = this.#calls.begin(input.kind === "get", () => {
      return `client ${client}: ${inWords(input, undefined)[0]}`;
    });
    return {
      answered: (output) => {
        told.ended("done", inWords(input, output)[1]);
        recorded.answered(output);
      },
      failed: (failure) => {
        told.failed(failure instanceof HoldfastError ? failure.outcome : "unknown");
        recorded.failed(failure);
      },
    };
  }
}

const ARROW = " → ";

/** What was asked, and what was answered. */
function inWords(
  input: KeyValueInput,
  output: KeyValueOutput | undefined,
): readonly [string, string] {
  // What values are filled up with tells nothing.
  const text = keyValueModel.describe(input, output).replace(/v{6,}/g, "v…");
  const at = text.indexOf(ARROW);
  return [text.slice(0, at), text.slice(at + ARROW.length)];
}
