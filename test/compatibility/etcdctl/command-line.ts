import type { EtcdctlCase } from "./etcdctl-case.ts";

/** The formats that etcdctl prints as text; `protobuf` needs to be told what is printed. */
export const TEXT_FORMATS = ["simple", "json", "fields", "table"] as const;

/** A case by its line; words have no blanks, `""` is an empty one. */
export function line(text: string, more: Omit<EtcdctlCase, "args"> = {}): EtcdctlCase {
  return { args: text.split(" ").map((word) => (word === '""' ? "" : word)), ...more };
}

/** One line in every format that is text. */
export function inTextFormats(
  text: string,
  more: Omit<EtcdctlCase, "args"> = {},
): readonly EtcdctlCase[] {
  return TEXT_FORMATS.map((format) => line(`${text} -w ${format}`, more));
}

/** One line in every format; the last is read as the answer to that method. */
export function inAllFormats(
  text: string,
  prints: string,
  more: Omit<EtcdctlCase, "args"> = {},
): readonly EtcdctlCase[] {
  const asMessage = line(`${text} -w protobuf`, { ...more, prints });
  return [...inTextFormats(text, more), asMessage];
}
