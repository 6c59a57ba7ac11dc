import type { Comparison, TxnRequest, TxnRequestOperation } from "@holdfast/client";
import { isSingleKey, type KeyOptions, selectKeys } from "../key-arguments.ts";
import { UsageError } from "../usage-error.ts";
import { unquote, words } from "./words.ts";

const COMPARISON =
  /^(\w+)\(\s*(?:"((?:[^"\\]|\\.)*)"|([^"()]+?))\s*\)\s*(!=|=|<|>)\s*(?:"((?:[^"\\]|\\.)*)"|(\S+))$/;
const RESULTS = { "=": "equal", "!=": "not-equal", "<": "less", ">": "greater" } as const;

/**
 * Reads a transaction as etcdctl does: comparisons, an empty line, what to do if
 * all hold, an empty line, what to do if not.
 *
 * @throws UsageError that names the line.
 */
export function parseTxn(text: string): TxnRequest {
  const [compare = [], success = [], failure = [], ...rest] = sections(text);
  const surplus = rest.flat()[0];
  if (surplus !== undefined) {
    throw new UsageError(
      `line ${surplus.number}: a transaction has three sections; this begins a fourth`,
    );
  }
  return {
    compare: compare.map((line) => parsed(line, parseComparison)),
    then: success.map((line) => parsed(line, parseRequest)),
    else: failure.map((line) => parsed(line, parseRequest)),
  };
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Lines up to an empty one, three times or more; an empty section is one empty line. */
function sections(text: string): readonly (readonly Line[])[] {
  const found: Line[][] = [[]];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") found.push([]);
    else found.at(-1)?.push({ number: index + 1, text: line.trim() });
  }
  return found;
}

function parsed<T>(line: Line, parse: (text: string) => T): T {
  try {
    return parse(line.text);
  } catch (failure) {
    if (failure instanceof UsageError)
      throw new UsageError(`line ${line.number}: ${failure.message}`);
    throw failure;
  }
}

function parseComparison(text: string): Comparison {
  const match = COMPARISON.exec(text);
  if (match === null) {
    throw new UsageError(
      `\`${text}\` is no comparison, such as mod("key") > "5" or value("key") = "text"`,
    );
  }
  const [, target = "", quotedKey, bareKey = "", sign, quotedOperand, bareOperand = ""] = match;
  const key = quotedKey === undefined ? bareKey : unquote(quotedKey);
  const operand = quotedOperand === undefined ? bareOperand : unquote(quotedOperand);
  const is = RESULTS[sign as keyof typeof RESULTS];
  return { key, is, ...operandOf(target, operand) };
}

function operandOf(target: string, operand: string) {
  switch (target) {
    case "value":
    case "val":
      return { value: operand };
    case "version":
    case "ver":
      return { version: wholeNumber(operand) };
    case "create":
    case "c":
      return { createRevision: wholeNumber(operand) };
    case "mod":
    case "m":
      return { modRevision: wholeNumber(operand) };
    case "lease":
      return { lease: leaseId(operand) };
    default:
      throw new UsageError(
        `\`${target}\` cannot be compared; value, version, create, mod and lease can`,
      );
  }
}

function wholeNumber(text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number))
    throw new UsageError(`"${text}" is no whole number from 0 to 2^53 - 1`);
  return number;
}

/** Hexadecimal, as etcdctl shows and reads leases. */
function leaseId(text: string): bigint {
  if (!/^[0-9a-fA-F]{1,16}$/.test(text))
    throw new UsageError(`"${text}" is no lease id in hexadecimal`);
  return BigInt.asIntN(64, BigInt(`0x${text}`));
}

function parseRequest(text: string): TxnRequestOperation {
  const [verb = "", ...given] = words(text);
  switch (verb) {
    case "put":
      return parsePut(given);
    case "get":
      return parseGet(given);
    case "del":
      return parseDelete(given);
    default:
      throw new UsageError(`\`${verb}\` is no request of a transaction; get, put and del are`);
  }
}

function parsePut(given: readonly string[]): TxnRequestOperation {
  const [key, value, ...rest] = given;
  if (key === undefined || value === undefined || rest.length > 0) {
    throw new UsageError("put takes a key and a value; quote what has blanks");
  }
  if (key === "") throw new UsageError("a key must not be empty");
  return { kind: "put", key, value };
}

function parseGet(given: readonly string[]): TxnRequestOperation {
  const { key, options } = keyAndOptions("get", given);
  return { kind: "range", keys: selectKeys(key, options) };
}

function parseDelete(given: readonly string[]): TxnRequestOperation {
  const { key, options } = keyAndOptions("del", given);
  if (!isSingleKey(options) && key === "")
    throw new UsageError("an empty prefix would delete every key");
  return { kind: "delete", keys: selectKeys(key, options) };
}

/** `KEY [END] [--prefix | --from-key]`, flags anywhere. */
function keyAndOptions(
  verb: string,
  given: readonly string[],
): { readonly key: string; readonly options: KeyOptions } {
  const flags = given.filter((word) => word.startsWith("--"));
  const strange = flags.find((flag) => flag !== "--prefix" && flag !== "--from-key");
  if (strange !== undefined)
    throw new UsageError(
      `${verb} in a transaction has no ${strange}; --prefix and --from-key exist`,
    );
  const [key, range, ...rest] = given.filter((word) => !word.startsWith("--"));
  if (key === undefined || rest.length > 0)
    throw new UsageError(`${verb} takes a key and perhaps the end of a range`);
  return {
    key,
    options: { prefix: flags.includes("--prefix"), fromKey: flags.includes("--from-key"), range },
  };
}
