import type { MemberId } from "@holdfast/base";
import type { Token } from "@holdfast/raft";
import type { MessageBook, MessageId } from "./message-book.ts";

/** What may happen to one member. */
export type MemberInput =
  /** Its clock goes on to its next deadline. */
  | { readonly kind: "deadline" }
  /** It slept for an election timeout. */
  | { readonly kind: "sleep" }
  /** The oldest writes under way become durable. */
  | { readonly kind: "written"; readonly count: number }
  /** Its process ends and another begins, with what was durable and the oldest writes that were under way. */
  | { readonly kind: "crash"; readonly kept: number }
  | { readonly kind: "read-log" }
  | { readonly kind: "propose"; readonly token: Token }
  | { readonly kind: "read-index"; readonly token: Token }
  /** A client wants these voters: a bit for each member. */
  | { readonly kind: "change"; readonly token: Token; readonly voters: number }
  | { readonly kind: "deliver"; readonly message: MessageId };

/** An input and whether what it makes the member write stays under way, as one number. */
export type InputCode = number;

/** Tokens of reads and changes lie behind this; those of proposals begin at 1. */
export const FIRST_READ: Token = 10;
export const FIRST_CHANGE: Token = 20;

/** Of writes under way, of tokens of a kind less one, and of sets of voters. */
export const WRITES_MAX = 8;
export const TOKENS_MAX = 3;
export const VOTERS_MAX = 15;

/** Kinds without a message have codes below it. */
const FIRST_MESSAGE = 256;
const PLAIN: readonly MemberInput[] = plainInputs();
const CODES = new Map(PLAIN.map((input, code) => [JSON.stringify(input), code]));

/** Hears a message; what it writes is durable at once. */
export function deliveryOf(message: MessageId): InputCode {
  return (FIRST_MESSAGE + message) * 2;
}

/** The same, but what it writes stays under way. */
export function lateOf(code: InputCode): InputCode {
  return code | 1;
}

export function codeOf(input: MemberInput, late: boolean): InputCode {
  const code =
    input.kind === "deliver" ? FIRST_MESSAGE + input.message : CODES.get(JSON.stringify(input));
  if (code === undefined) throw new Error(`no code for ${JSON.stringify(input)}`);
  return code * 2 + (late ? 1 : 0);
}

export function inputOf(code: InputCode): MemberInput {
  const at = code >> 1;
  if (at >= FIRST_MESSAGE) return { kind: "deliver", message: at - FIRST_MESSAGE };
  const input = PLAIN[at];
  if (input === undefined) throw new Error(`no input has the code ${code}`);
  return input;
}

export function isLate(code: InputCode): boolean {
  return (code & 1) === 1;
}

function plainInputs(): readonly MemberInput[] {
  const inputs: MemberInput[] = [{ kind: "deadline" }, { kind: "sleep" }, { kind: "read-log" }];
  for (let n = 0; n <= WRITES_MAX; n++) {
    inputs.push({ kind: "written", count: n }, { kind: "crash", kept: n });
  }
  for (let n = 1; n <= TOKENS_MAX + 1; n++) {
    inputs.push({ kind: "propose", token: n }, { kind: "read-index", token: FIRST_READ + n });
    for (let voters = 0; voters <= VOTERS_MAX; voters++) {
      inputs.push({ kind: "change", token: FIRST_CHANGE + n, voters });
    }
  }
  return inputs;
}

export function inWords(input: MemberInput, late: boolean, messages: MessageBook): string {
  const tail = late ? "; its write is not durable yet" : "";
  switch (input.kind) {
    case "deadline":
      return `waits until its next deadline${tail}`;
    case "sleep":
      return `sleeps for an election timeout${tail}`;
    case "written":
      return `has written the oldest ${input.count} of what is under way${tail}`;
    case "crash":
      return input.kept === 0
        ? "crashes and starts again"
        : `crashes with ${input.kept} more of its writes durable, and starts again`;
    case "read-log":
      return `has read old entries${tail}`;
    case "propose":
      return `is asked to write command ${input.token}${tail}`;
    case "read-index":
      return `is asked for a read (${input.token})${tail}`;
    case "change":
      return `is asked for other voters (${votersOf(input.voters).join()})${tail}`;
    case "deliver":
      return `hears ${messages.inWords(input.message)}${tail}`;
  }
}

/** Members are numbered by their places, from 1. */
export function memberAt(place: number): MemberId {
  return (place + 1) as MemberId;
}

/** The members that a set of bits stands for. */
export function votersOf(bits: number): readonly MemberId[] {
  return [0, 1, 2, 3].filter((place) => (bits & (1 << place)) !== 0).map(memberAt);
}
