/** What a node tells the process that started it, over the IPC channel. */
export type NodeMessage =
  /** It listens and takes part. */
  | { readonly kind: "ready" }
  /** It cannot run; it exits next. */
  | { readonly kind: "failed"; readonly message: string }
  /** Its role, leader or term has changed. */
  | {
      readonly kind: "standing";
      readonly role: string;
      readonly leader: string | undefined;
      readonly term: number;
      /** Why it does not serve; undefined when it does. */
      readonly waitingFor: string | undefined;
    };

/** Checks what came over the channel; undefined if it is none of ours. */
export function toNodeMessage(received: unknown): NodeMessage | undefined {
  if (typeof received !== "object" || received === null || !("kind" in received)) return undefined;
  const { kind, message, role, leader, term, waitingFor } = received as Readonly<
    Record<string, unknown>
  >;
  if (kind === "ready") return { kind };
  if (kind === "failed" && typeof message === "string") return { kind, message };
  if (kind !== "standing" || typeof role !== "string" || typeof term !== "number") return undefined;
  return { kind, role, leader: textIn(leader), term, waitingFor: textIn(waitingFor) };
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
