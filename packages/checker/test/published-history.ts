import type {
  Operation,
  RegisterInput,
  RegisterOutput,
  TextInput,
  TextOutput,
} from "@holdfast/checker";

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;
type TextOperation = Operation<TextInput, TextOutput>;

const REGISTER_LINE = /^INFO\s+jepsen\.util - (\d+)\s+:(\w+)\s+:(\w+)\s+(.*?)\s*$/;
const TEXT_LINE = /^\{:process (\d+), :type :(\w+), :f :(\w+), :key "(.*)", :value (.*)\}$/;

/**
 * Reads Jepsen's log of one etcd register. Times are line numbers. `:info` leaves an operation open; `:fail`
 * of a cas is its answer that the register held something else, of a read that it is not known what it saw.
 */
export function readRegisterLog(text: string): readonly RegisterOperation[] {
  const pending = new Map<string, RegisterOperation>();
  const done: RegisterOperation[] = [];
  for (const [at, line] of linesOf(text)) {
    const [, client = "", type = "", call = "", value = ""] = matched(REGISTER_LINE, line);
    if (type === "invoke") {
      pending.set(client, { client, input: registerInput(call, value), called: at });
      continue;
    }
    const operation = taken(pending, client, line);
    if (type === "info") done.push(operation);
    else done.push({ ...operation, returned: at, output: registerOutput(type, call, value) });
  }
  return [...done, ...pending.values()];
}

/** Reads a log of a text store with put, append and get. Times are line numbers. */
export function readTextStoreLog(text: string): readonly TextOperation[] {
  const pending = new Map<string, TextOperation>();
  const done: TextOperation[] = [];
  for (const [at, line] of linesOf(text)) {
    const [, client = "", type = "", call = "", key = "", value = ""] = matched(TEXT_LINE, line);
    const isGet = call === "get";
    if (!isGet && call !== "put" && call !== "append") throw new Error(`unknown call: ${line}`);
    if (type === "invoke") {
      const input: TextInput = isGet
        ? { kind: "get", key }
        : { kind: call, key, value: JSON.parse(value) as string };
      pending.set(client, { client, input, called: at });
      continue;
    }
    if (type !== "ok") throw new Error(`unknown outcome: ${line}`);
    const output: TextOutput = isGet
      ? { kind: "get", value: JSON.parse(value) as string }
      : { kind: call };
    done.push({ ...taken(pending, client, line), returned: at, output });
  }
  return [...done, ...pending.values()];
}

function registerInput(call: string, value: string): RegisterInput {
  if (call === "read") return { kind: "read" };
  if (call === "write") return { kind: "write", value: Number(value) };
  const [, from = "", to = ""] = matched(/^\[(\d+) (\d+)\]$/, value);
  return { kind: "cas", from: Number(from), to: Number(to) };
}

function registerOutput(type: string, call: string, value: string): RegisterOutput | undefined {
  const isOk = type === "ok";
  if (!isOk && type !== "fail") throw new Error(`unknown outcome ${type}`);
  if (call === "write" && isOk) return { kind: "write" };
  if (call === "cas") return { kind: "cas", isDone: isOk };
  if (call !== "read") throw new Error(`unknown outcome ${type} of ${call}`);
  if (!isOk) return undefined;
  return { kind: "read", value: value === "nil" ? undefined : Number(value) };
}

function linesOf(text: string): readonly (readonly [number, string])[] {
  return text
    .split("\n")
    .map((line, at) => [at, line.trim()] as const)
    .filter(([, line]) => line !== "");
}

function matched(pattern: RegExp, text: string): RegExpExecArray {
  const found = pattern.exec(text);
  if (found === null) throw new Error(`not of the form ${pattern}: ${text}`);
  return found;
}

function taken<Value>(pending: Map<string, Value>, client: string, line: string): Value {
  const value = pending.get(client);
  if (value === undefined) throw new Error(`answered, but never called: ${line}`);
  pending.delete(client);
  return value;
}
