import type { ClusterMember } from "@holdfast/client";

/** How the node of a member that was just added is started; every line can be copied. */
export function joiningHint({ name, peerAddress, clientAddress }: ClusterMember): string {
  const client = clientAddress === "" ? "HOST:PORT" : clientAddress;
  return [
    "start its node; its cluster file names the other nodes as theirs does, and this one too:",
    `  - { id: ${name}, client: "${client}", peer: "${peerAddress}", data: .data/${name} }`,
    `  holdfast serve --config FILE --node ${name}`,
  ].join("\n");
}
