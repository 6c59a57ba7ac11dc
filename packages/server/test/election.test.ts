import { type ClientReadableStream, status } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { type Answer, bytes, clientOf, openEdge } from "./open-edge.ts";

const NAME = bytes("e");

async function openElection() {
  const edge = await openEdge();
  const campaign = (value: string, lease = "0") =>
    edge.election("Campaign", { name: NAME, value: bytes(value), lease });
  return { ...edge, campaign };
}

/** What an observer is told, and a way to wait for so much of it. */
function observe(target: string) {
  const client = clientOf(target, "v3electionpb", "Election") as unknown as {
    Observe(request: object): ClientReadableStream<Answer>;
  };
  const told: string[] = [];
  const call = client.Observe({ name: NAME });
  call.on("data", ({ kv }) => told.push(kv.value.toString()));
  call.on("error", () => undefined);
  onTestFinished(() => call.cancel());
  return told;
}

test("the first candidate leads under a key that names its lease, the next when that resigns", async () => {
  const { campaign, election, kv } = await openElection();
  const first = await campaign("one");
  const second = campaign("two");
  await expect
    .poll(async () => (await kv("Range", { key: bytes("e/"), range_end: bytes("e0") })).count)
    .toBe("2");
  const { leader } = first;

  expect(leader).toMatchObject({ name: NAME, rev: first.header.revision });
  expect(leader.key.toString()).toBe(`e/${BigInt(leader.lease).toString(16)}`);
  expect((await election("Leader", { name: NAME })).kv.value).toEqual(bytes("one"));
  await election("Resign", { leader });
  expect((await second).leader.key).not.toEqual(leader.key);
  expect((await election("Leader", { name: NAME })).kv.value).toEqual(bytes("two"));
});

test("a campaign with the lease that leads says its value anew", async () => {
  const { campaign, election, lease } = await openElection();
  const { ID } = await lease("LeaseGrant", { TTL: 60 });
  const first = await campaign("one", ID);
  const again = await campaign("more", ID);

  expect(again.leader).toEqual(first.leader);
  expect((await election("Leader", { name: NAME })).kv).toMatchObject({
    value: bytes("more"),
    create_revision: first.leader.rev,
  });
});

test("who leads no more proclaims nothing and resigns in silence", async () => {
  const { campaign, election } = await openElection();
  const { leader } = await campaign("one");
  await election("Proclaim", { leader, value: bytes("one!") });
  await election("Resign", { leader });

  const proclaimed = election("Proclaim", { leader, value: bytes("again") });
  await expect(proclaimed).rejects.toMatchObject({
    code: status.UNKNOWN,
    details: "election: not leader",
  });
  expect(await election("Resign", { leader })).toMatchObject({ header: { revision: "4" } });
  await expect(election("Leader", { name: NAME })).rejects.toMatchObject({
    code: status.UNKNOWN,
    details: "election: no leader",
  });
  for (const method of ["Proclaim", "Resign"]) {
    await expect(election(method, {})).rejects.toMatchObject({
      code: status.UNKNOWN,
      details: '"leader" field must be provided',
    });
  }
});

test("an observer is told who leads, what that says anew, and who leads next", async () => {
  const { campaign, election, target } = await openElection();
  const told = observe(target);
  const { leader } = await campaign("one");
  await expect.poll(() => told).toEqual(["one"]);
  await election("Proclaim", { leader, value: bytes("more") });
  await expect.poll(() => told).toEqual(["one", "more"]);
  await election("Resign", { leader });
  await campaign("two");

  await expect.poll(() => told).toEqual(["one", "more", "two"]);
});
