import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { TraceEvent } from "../../src/index.ts";
import { CoreCluster } from "../core-cluster.ts";

const page = new URL("../../../../docs/trace-format.md", import.meta.url);

function traced(members = 3): { readonly cluster: CoreCluster; readonly events: TraceEvent[] } {
  const events: TraceEvent[] = [];
  const cluster = new CoreCluster({ members, trace: (event) => events.push(event) });
  return { cluster, events };
}

test("the example of the page is what member 1 of three tells", () => {
  const [, example = ""] = /```json\n([^`]*)```/.exec(readFileSync(page, "utf8")) ?? [];
  const lines = example.trimEnd().split("\n");
  const { cluster, events } = traced();
  cluster.elect();

  const told = events.filter(({ nid }) => nid === "1").map((event) => JSON.stringify(event));
  expect(lines.length).toBeGreaterThan(5);
  expect(told.slice(0, lines.length)).toEqual(lines);
});

test("every event that a run can have is named on the page, and has a name there", () => {
  const { cluster, events } = traced();
  const leader = cluster.elect();
  cluster.advance(200);
  cluster.add();
  cluster.change(leader.id, [1, 2, 3, 4]);
  cluster.advance(500);
  for (const { id } of cluster.nodes) cluster.step(id, { kind: "read-index", token: id });
  cluster.settle();
  cluster.transfer(leader.id, undefined);
  cluster.advance(500);

  const text = readFileSync(page, "utf8");
  const names = new Set(events.map(({ name }) => name.replace(/^(Send|Receive)/, "")));
  expect([...names].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  for (const name of ["ChangeConf", "TimeoutNow", "ReadIndexRequest", "Replicate", "Commit"]) {
    expect(names).toContain(name);
  }
});

test("what is received was sent before, and a member's term and commit index never fall", () => {
  const { cluster, events } = traced(5);
  const leader = cluster.elect();
  cluster.propose(leader.id, "x");
  cluster.settle();
  cluster.crash(leader.id);
  cluster.elect();
  cluster.advance(500);

  const sent = new Set<string>();
  const last = new Map<string, TraceEvent["state"]>();
  for (const { name, nid, msg, state } of events) {
    if (name.startsWith("Send")) sent.add(JSON.stringify(msg));
    if (name.startsWith("Receive")) expect(sent).toContain(JSON.stringify(msg));
    const before = last.get(nid) ?? state;
    expect(state.term).toBeGreaterThanOrEqual(before.term);
    expect(state.commit).toBeGreaterThanOrEqual(before.commit);
    last.set(nid, state);
  }
});
