import { freePorts } from "@holdfast/testkit";
import { beforeEach, expect, test } from "vitest";
import { requireEach } from "./required-tools.ts";
import { startPair } from "./stores/store-pair.ts";
import type { WireMethod, WireRequest } from "./stores/wire-method.ts";
import type { WireStore } from "./stores/wire-store.ts";

beforeEach((context) => requireEach(["etcd"], context));

/** What a store calls what both have: ids, and the address of the node that there is. */
interface Names {
  readonly self: string;
  readonly selfUrl: string;
  /** The member that was added last. */
  added: string;
}

interface Step {
  readonly method: WireMethod;
  readonly request: (names: Names) => WireRequest["request"];
}

interface WireMember {
  readonly ID: string;
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
  readonly isLearner: boolean;
}

interface MembersResponse {
  readonly header: { readonly revision: string };
  readonly member?: WireMember | null;
  readonly members: readonly WireMember[];
}

const WRONG_URLS: readonly (readonly string[])[] = [
  ["http://127.0.0.1:2380/"],
  ["http://127.0.0.1:x"],
  ["unix:///socket"],
];

/**
 * A learner that never starts comes and goes, the node changes, then a voter comes. What is refused is asked
 * beside it. No learner is updated, and nobody to wrong URLs: etcd 3.4 ends over the one, and takes the other.
 */
function steps([first, second, third]: readonly number[]): readonly Step[] {
  const url = (port: number | undefined): readonly string[] => [`http://127.0.0.1:${port}`];
  const update = (
    member: "self" | "added",
    peerURLs: (names: Names) => readonly string[],
  ): Step => ({
    method: "MemberUpdate",
    request: (names) => ({ ID: names[member], peerURLs: peerURLs(names) }),
  });
  const ofAdded = (method: WireMethod): Step => ({ method, request: ({ added: ID }) => ({ ID }) });
  const ofSelf = (method: WireMethod): Step => ({ method, request: ({ self: ID }) => ({ ID }) });
  const add = (peerURLs: (names: Names) => readonly string[], isLearner: boolean): Step => ({
    method: "MemberAdd",
    request: (names) => ({ peerURLs: peerURLs(names), isLearner }),
  });
  return [
    ofSelf("MemberPromote"),
    ofSelf("MemberRemove"),
    ...WRONG_URLS.map((urls) => add(() => urls, true)),
    add(({ selfUrl }) => [selfUrl], false),
    add(() => [` HTTP://127.0.0.1:${first} `], true),
    ofAdded("MemberPromote"),
    update("added", ({ selfUrl }) => [selfUrl]),
    update("self", () => url(first)),
    update("self", ({ selfUrl }) => [selfUrl]),
    update("self", () => url(second)),
    { method: "MemberList", request: () => ({}) },
    ofAdded("MemberRemove"),
    ofAdded("MemberRemove"),
    ofAdded("MemberPromote"),
    update("added", () => url(first)),
    add(() => url(third), false),
  ];
}

/** Asks everything in turn, and tells what was answered in names that both stores share. */
async function answersOf(store: WireStore, asked: readonly Step[]): Promise<readonly unknown[]> {
  const { response } = await store.call({ method: "MemberList", request: {} }, 0);
  const [own] = (response as MembersResponse).members;
  if (own === undefined) throw new Error(`${store.name} has no member`);
  const names: Names = { self: own.ID, selfUrl: own.peerURLs[0] ?? "", added: "0" };
  const answers: unknown[] = [];
  for (const { method, request } of asked) {
    const answer = await store.call({ method, request: request(names) }, 0);
    const told = answer.response as MembersResponse | undefined;
    names.added = told?.member?.ID ?? names.added;
    answers.push({ ...answer, method, response: told && levelled(told, names) });
  }
  return answers;
}

function levelled({ header, member, members }: MembersResponse, names: Names): unknown {
  const own = (url: string): string => (url === names.selfUrl ? "(own)" : url);
  const shared = (each: WireMember): WireMember =>
    each.ID === names.self
      ? { ...each, ID: "(self)", peerURLs: each.peerURLs.map(own), clientURLs: ["(own)"] }
      : { ...each, ID: each.ID === names.added ? "(added)" : "(another)" };
  return {
    revision: header.revision,
    member: member && shared(member),
    members: members.map(shared).sort((a, b) => (a.ID < b.ID ? -1 : 1)),
  };
}

test("members come, change, go and are refused as with etcd", async () => {
  await using pair = await startPair(1);
  const asked = steps(await freePorts(3));

  const [etcd, holdfast] = [
    await answersOf(pair.etcd, asked),
    await answersOf(pair.holdfast, asked),
  ];

  expect(holdfast).toEqual(etcd);
  expect(etcd.filter((answer) => (answer as { code: string }).code === "OK")).toHaveLength(6);
});
