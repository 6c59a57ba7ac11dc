import {
  create,
  createFileRegistry,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { MessageTypeDefinition, PackageDefinition } from "@grpc/proto-loader";
import { completeNames, inOrderOfUse } from "./complete-names.ts";

/** A message as JSON, both ways, as Protocol Buffers define it. */
export interface JsonMessage {
  /**
   * The bytes of a message. Fields may have the names of the file or those in camel case; unknown ones are dropped.
   *
   * @throws Error that names the field
   */
  bytesOf(json: JsonValue): Uint8Array;
  /** The names are those of the file; what has its default is left away. */
  jsonOf(bytes: Uint8Array): JsonValue;
}

/** All that a definition describes, which {@link import("../load-protocol.ts").loadDefinition} loaded. */
export function registryOf(definition: PackageDefinition): FileRegistry {
  const descriptors = Object.values(definition).find(isMessage)?.fileDescriptorProtos ?? [];
  const files = descriptors.map((bytes: Uint8Array) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
  completeNames(files);
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...inOrderOfUse(files)] }));
}

export function jsonMessage(message: DescMessage): JsonMessage {
  return {
    bytesOf: (json) => toBinary(message, fromJson(message, json, { ignoreUnknownFields: true })),
    jsonOf: (bytes) =>
      toJson(message, fromBinary(message, bytes), {
        useProtoFieldName: true,
        alwaysEmitImplicit: false,
      }),
  };
}

function isMessage(
  entry: PackageDefinition[string],
): entry is MessageTypeDefinition<object, object> {
  return "fileDescriptorProtos" in entry;
}
