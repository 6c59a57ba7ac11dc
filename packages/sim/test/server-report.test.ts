import { expect, test } from "vitest";
import { reportPage } from "../src/index.ts";
import type { Story } from "../src/report-page/story.ts";
import {
  runServerSeed,
  type ServerRunResult,
  ServerStoryteller,
  serverClusterInWords,
} from "../src/server-lane/index.ts";
import { settle } from "./settle.ts";

/** A run in which a state is received, processes end, and links are cut. */
const SETTINGS = { seed: 87, stormMs: 20_000, settle };

async function told(): Promise<{ readonly run: ServerRunResult; readonly story: Story }> {
  const observer = new ServerStoryteller();
  const run = await runServerSeed({ ...SETTINGS, observer });
  return { run, story: observer.story(run.virtualMs) };
}

const watched = told();

test("watching whole nodes for a page changes nothing", { timeout: 30_000 }, async () => {
  const { run } = await watched;
  const unwatched = await runServerSeed(SETTINGS);

  expect(run.hash).toBe(unwatched.hash);
  expect(run.events).toBe(unwatched.events);
});

test("all that happens to whole nodes, their links and clients is there", async () => {
  const { run, story } = await watched;
  const { nodes, messages, operations, faults, phases, cuts } = story;
  const marks = nodes.flatMap((node) => node.marks.map(({ text }) => text));
  const roles = new Set(nodes.flatMap((node) => node.roles.map(({ role }) => role)));
  const outcomes = new Set(operations.map(({ outcome }) => outcome));

  expect(nodes.length).toBe(run.plan.nodes + run.plan.spares);
  // Every machine loses power at the end.
  expect(nodes.every(({ lives }) => lives.length > 1 && lives[0]?.to !== run.virtualMs)).toBe(true);
  expect(roles).toContain("leader");
  expect(roles).toContain("follower");
  expect(marks).toContain("has a whole state from a leader");
  expect(marks).toContain("goes on from that state");
  expect(marks).toContain("3 members: voters n1, n2, n3, learners none");
  expect(nodes.some(({ progress }) => progress.some(([, , , applied]) => applied > 10))).toBe(true);
  expect(messages.some(({ message }) => message.kind === "append-request")).toBe(true);
  expect(messages.some(({ fails }) => fails !== undefined)).toBe(true);
  expect(messages.every(({ at, ends = at }) => ends >= at)).toBe(true);
  expect(outcomes).toContain("done");
  expect(operations.some(({ text }) => /^client \d.*get k\//.test(text))).toBe(true);
  expect(operations.some(({ text }) => /^put w\//.test(text))).toBe(true);
  expect(faults.length).toBeGreaterThan(3);
  expect(cuts.length).toBeGreaterThan(0);
  expect(phases.map(({ name }) => name)).toContain("storm");
});

test("a page of whole nodes says who they are", async () => {
  const { run, story } = await watched;
  const cluster = serverClusterInWords(run.plan);
  const page = reportPage({ run, story, cluster, title: "whole nodes", replay: "again" });

  expect(page).toContain("3 nodes, 0 spares");
  expect(page).toContain("n1 is node 0");
  expect(page).toContain("No promise was broken.");
});
