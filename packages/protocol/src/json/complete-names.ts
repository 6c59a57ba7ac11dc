import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import type { DescriptorProto, FileDescriptorProto } from "@bufbuild/protobuf/wkt";

/**
 * Gives fields their names in JSON, and the types that they name their full names, `.package.Message`. Descriptors
 * as the gRPC library makes them leave away the first, and name types as the files do: within the scope of
 * the message in which they are used.
 */
export function completeNames(files: readonly FileDescriptorProto[]): void {
  const names = new Set(files.flatMap((file) => namesIn(file.package, file)));
  for (const file of files) {
    for (const message of file.messageType) completeMessage(message, `.${file.package}`, names);
  }
}

/** The files in an order in which each comes behind those whose types it uses; names are full. */
export function inOrderOfUse(
  files: readonly FileDescriptorProto[],
): readonly FileDescriptorProto[] {
  const ordered = new Set<FileDescriptorProto>();
  const add = (file: FileDescriptorProto): void => {
    const used = usedIn(file.messageType);
    for (const other of files) {
      const isUsed = used.some((name) => name.startsWith(`.${other.package}.`));
      if (other !== file && isUsed && !ordered.has(other)) add(other);
    }
    ordered.add(file);
  };
  for (const file of files) if (!ordered.has(file)) add(file);
  return [...ordered];
}

type Scope = Pick<DescriptorProto, "enumType"> & {
  readonly nestedType?: DescriptorProto[];
  readonly messageType?: DescriptorProto[];
};

function namesIn(scope: string, { enumType, nestedType, messageType }: Scope): readonly string[] {
  const messages = [...(nestedType ?? []), ...(messageType ?? [])];
  return [
    ...enumType.map(({ name }) => `.${scope}.${name}`),
    ...messages.flatMap((message) => {
      const inner = `${scope}.${message.name}`;
      return [`.${inner}`, ...namesIn(inner, message)];
    }),
  ];
}

function completeMessage(
  message: DescriptorProto,
  outer: string,
  names: ReadonlySet<string>,
): void {
  const scope = `${outer}.${message.name}`;
  for (const field of message.field) {
    field.jsonName = protoCamelCase(field.name);
    if (field.typeName !== "") field.typeName = qualified(field.typeName, scope, names);
  }
  for (const nested of message.nestedType) completeMessage(nested, scope, names);
}

/** The innermost scope that knows the name wins. */
function qualified(name: string, scope: string, names: ReadonlySet<string>): string {
  if (name.startsWith(".")) return name;
  for (let at = scope; ; at = at.slice(0, at.lastIndexOf("."))) {
    if (names.has(`${at}.${name}`)) return `${at}.${name}`;
    if (at === "") throw new Error(`the protocol names a type ${name} that it does not describe`);
  }
}

function usedIn(messages: readonly DescriptorProto[]): readonly string[] {
  return messages.flatMap(({ field, nestedType }) => [
    ...field.map(({ typeName }) => typeName),
    ...usedIn(nestedType),
  ]);
}
