import type { PackageDefinition } from "@grpc/proto-loader";
import { type JsonMessage, jsonMessage, registryOf } from "./json-messages.ts";

/** What a method takes and what it answers. */
export interface JsonMethod {
  readonly request: JsonMessage;
  readonly response: JsonMessage;
}

/** The methods of what {@link import("../load-protocol.ts").loadDefinition} loaded, by path: `/etcdserverpb.KV/Range`. */
export function jsonMethods(definition: PackageDefinition): ReadonlyMap<string, JsonMethod> {
  const methods = new Map<string, JsonMethod>();
  for (const type of registryOf(definition)) {
    if (type.kind !== "service") continue;
    for (const { name, input, output } of type.methods) {
      const method = { request: jsonMessage(input), response: jsonMessage(output) };
      methods.set(`/${type.typeName}/${name}`, method);
    }
  }
  return methods;
}
