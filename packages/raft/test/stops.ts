/** What only a broken Raft, or a liar who knows the log, brings about: then a member stops (raft.md §8). */
export const STOPS: ReadonlySet<string> = new Set([
  "one leader per term (Raft, section 5.2)",
  "a committed entry is never truncated",
  "a committed entry is in a leader's log",
  "a committed state is in a member's log",
]);
