import { pause, type Steps } from "@holdfast/base";
import type { KeyValue } from "../key-value.ts";
import type { RangeResult } from "../query.ts";
import type { MessageField } from "./message-codec.ts";
import { MessageParts } from "./message-parts.ts";
import {
  answerFields,
  isReadRefusal,
  keyValueFields,
  type RangeAnswer,
  rangeHead,
} from "./result-codec.ts";

/** What is encoded between two pauses, by {@link pairWeight}: a thousand small pairs, or a MiB of large ones. */
const WEIGHT_PER_SLICE = 1024 * 1024;
const PAIR_WEIGHT = 1024;

/** Like `encodeRangeResults`, in slices: an answer may have a million pairs (decision 4). */
export function* encodeRangeResultsSteps(answers: readonly RangeAnswer[]): Steps<Uint8Array> {
  const parts = new MessageParts().array(answers.length);
  let whole: MessageField[] = [];
  let weight = 0;
  for (const answer of answers) {
    const added = answerWeight(answer);
    if (isReadRefusal(answer) || added <= WEIGHT_PER_SLICE) {
      whole.push(answerFields(answer));
      weight += added;
      if (weight < WEIGHT_PER_SLICE) continue;
    }
    parts.fields(whole);
    whole = [];
    weight = 0;
    yield* pause();
    if (!isReadRefusal(answer) && added > WEIGHT_PER_SLICE) yield* addLargeRange(parts, answer);
  }
  return yield* parts.fields(whole).finish();
}

function* addLargeRange(parts: MessageParts, range: RangeResult): Steps<void> {
  const head = rangeHead(range);
  parts
    .array(head.length + 1)
    .fields(head)
    .array(range.kvs.length);
  let pairs: MessageField[] = [];
  let weight = 0;
  for (const pair of range.kvs) {
    pairs.push(keyValueFields(pair));
    weight += pairWeight(pair);
    if (weight < WEIGHT_PER_SLICE) continue;
    parts.fields(pairs);
    pairs = [];
    weight = 0;
    yield* pause();
  }
  parts.fields(pairs);
}

/** Stops where it is above a slice. */
function answerWeight(answer: RangeAnswer): number {
  let weight = PAIR_WEIGHT;
  if (isReadRefusal(answer)) return weight;
  for (const pair of answer.kvs) {
    weight += pairWeight(pair);
    if (weight > WEIGHT_PER_SLICE) break;
  }
  return weight;
}

function pairWeight({ key, value }: KeyValue): number {
  return PAIR_WEIGHT + key.length + value.length;
}
