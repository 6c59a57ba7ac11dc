import { messageOf } from "@holdfast/base";

/** What kept a write from its place: the disk itself, somebody's share of it, or what one file may hold. */
export type SpaceLimit = "disk" | "quota" | "file-size";

/** What the system calls each, as a code and as the text by which LevelDB tells of it. */
const SIGNS: readonly {
  readonly limit: SpaceLimit;
  readonly code: string;
  readonly text: RegExp;
}[] = [
  { limit: "disk", code: "ENOSPC", text: /no space left|ENOSPC/i },
  { limit: "quota", code: "EDQUOT", text: /quota exceeded|EDQUOT/i },
  { limit: "file-size", code: "EFBIG", text: /file too large|EFBIG/i },
];

/** Which limit of space a failure tells of; `undefined`: it is something else. */
export function spaceLimitOf(failure: unknown): SpaceLimit | undefined {
  for (let cause = failure; cause instanceof Error; cause = cause.cause) {
    const code: unknown = "code" in cause ? cause.code : undefined;
    const message = messageOf(cause);
    const found = SIGNS.find((sign) => sign.code === code || sign.text.test(message));
    if (found !== undefined) return found.limit;
  }
  return undefined;
}
