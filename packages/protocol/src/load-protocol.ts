import { fileURLToPath } from "node:url";
import { type GrpcObject, loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";

const PROTO_DIRECTORY = fileURLToPath(new URL("../../../proto/", import.meta.url));

/**
 * Reads `.proto` files below `proto/`, such as `holdfast/v1/peer.proto`.
 *
 * 64-bit numbers come as decimal strings (decision 27), enums as names, absent
 * scalars as their default, a oneof also as the name of its member; fields keep
 * the names of the file.
 */
export function loadDefinition(...files: readonly string[]): PackageDefinition {
  return loadSync([...files], {
    includeDirs: [PROTO_DIRECTORY],
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
}

/** The same as service constructors for clients and service definitions for servers. */
export function loadProtocol(...files: readonly string[]): GrpcObject {
  return loadPackageDefinition(loadDefinition(...files));
}
