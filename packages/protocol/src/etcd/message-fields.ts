import type { PackageDefinition } from "@grpc/proto-loader";

/** What stands in a field: a number of the wire, bytes, several numbers, or a message and so more fields. */
export type FieldKind = "int64" | "int32" | "bytes" | "numbers" | MessageFields;
export type MessageFields = ReadonlyMap<number, FieldKind>;

/** The kinds of numbers that the messages of our definitions hold, by the name of the type in a descriptor. */
const SCALARS: ReadonlyMap<string, "int64" | "int32" | "bytes"> = new Map([
  ["TYPE_BOOL", "int32"],
  ["TYPE_ENUM", "int32"],
  ["TYPE_INT32", "int32"],
  ["TYPE_UINT32", "int32"],
  ["TYPE_INT64", "int64"],
  ["TYPE_UINT64", "int64"],
  ["TYPE_STRING", "bytes"],
  ["TYPE_BYTES", "bytes"],
]);

/** As much of a field's descriptor as is looked at. */
interface FieldDescriptor {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

/** The fields of messages, by the definition that {@link import("../load-protocol.ts").loadDefinition} loaded. */
export class MessageForms {
  readonly #definition: PackageDefinition;
  readonly #known = new Map<string, Map<number, FieldKind>>();

  constructor(definition: PackageDefinition) {
    this.#definition = definition;
  }

  /**
   * @param scope the package from which the name is looked up, `etcdserverpb`
   * @throws Error for a message that is not there, or has a field of a kind that no request has
   */
  fieldsOf(name: string, scope: string): MessageFields {
    const path = this.#resolve(name, scope);
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const fields = new Map<number, FieldKind>();
    // Before its fields are: a transaction may hold another.
    this.#known.set(path, fields);
    const { field } = (this.#definition[path] as unknown as MessageDescriptor).type;
    const within = path.slice(0, path.lastIndexOf("."));
    for (const one of field) fields.set(one.number, this.#kindOf(one, within));
    return fields;
  }

  #kindOf({ name, label, type, typeName }: FieldDescriptor, scope: string): FieldKind {
    if (type === "TYPE_MESSAGE") return this.fieldsOf(typeName, scope);
    const scalar = SCALARS.get(type);
    if (scalar === undefined)
      throw new Error(`field ${name} has the type ${type}, which is not counted`);
    return label === "LABEL_REPEATED" && scalar !== "bytes" ? "numbers" : scalar;
  }

  /** By the rules of Protocol Buffers, the innermost package first. */
  #resolve(name: string, scope: string): string {
    for (let within = scope; ; within = within.slice(0, Math.max(0, within.lastIndexOf(".")))) {
      const path = within === "" ? name : `${within}.${name}`;
      if (path in this.#definition) return path;
      if (within === "") throw new Error(`there is no message ${name} as seen from ${scope}`);
    }
  }
}

interface MessageDescriptor {
  readonly type: { readonly field: readonly FieldDescriptor[] };
}
