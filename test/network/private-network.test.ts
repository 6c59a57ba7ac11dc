import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import {
  CLIENTS,
  cut,
  deaf,
  eventually,
  type LinkFault,
  lossy,
  mute,
  type PrivateNetwork,
  requireTool,
} from "@holdfast/testkit";
import { expect, onTestFinished, test } from "vitest";
import { sharedNetwork } from "./shared-network.ts";

const WITHIN = { within: 10_000 };
/** What has not come by then is lost; on a machine of its own it takes a fraction of a millisecond. */
const LOST_AFTER_MS = 300;
const COUNTER_PORT = 7000;
/** Of 1 kB: what a socket takes at once. */
const PACKETS = 40;
const network = sharedNetwork();

/** Counts everything that comes, and tells whoever asks. */
const COUNTS = `
  let heard = 0;
  require("node:dgram").createSocket("udp4").bind(${COUNTER_PORT}, function () {
    console.log("ready");
  }).on("message", function (message, from) {
    heard += 1;
    if (String(message) === "how many?") this.send(String(heard), from.port, from.address);
  });
`;

function opened(): PrivateNetwork {
  const found = network();
  if (found === undefined) throw new Error("the file's network was not opened");
  return found;
}

/** The counter at n1. `tell` sends it something; `ask` tells how much it had had with that, unless nothing comes. */
async function counterAtN1() {
  const [host] = opened().hosts;
  const [program = "", ...args] = [...(host?.enter ?? []), process.execPath, "-e", COUNTS];
  const counter = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    counter.kill("SIGKILL");
  });
  await once(counter.stdout, "data");
  const socket = createSocket("udp4");
  onTestFinished(() => {
    socket.close();
  });
  const tell = (something: string | Buffer): void => socket.send(something, COUNTER_PORT, host?.ip);
  const ask = async (withinMs = WITHIN.within): Promise<number> => {
    tell("how many?");
    const [message] = await once(socket, "message", { signal: AbortSignal.timeout(withinMs) });
    return Number(message);
  };
  return { tell, ask, socket };
}

test("each direction of a link can be cut by itself", async () => {
  const { ask } = await counterAtN1();
  const told = async (faults: readonly LinkFault[]): Promise<number> => {
    await opened().suffer(faults);
    return ask();
  };
  const nothing = async (faults: readonly LinkFault[]): Promise<void> => {
    await opened().suffer(faults);
    await expect(ask(LOST_AFTER_MS)).rejects.toThrow(/abort/);
  };

  expect(await told([])).toBe(1);
  await nothing(deaf("n1", CLIENTS));
  await nothing(mute("n1", CLIENTS));
  expect(await told(cut("n1", "n2"))).toBe(3);
  await nothing(cut("n1", CLIENTS));
  expect(await told([])).toBe(4);
});

test("a link can lose a share of what passes, and be so narrow that it loses what is too much", async (context) => {
  requireTool("tbf", context);
  const { tell, ask, socket } = await counterAtN1();
  const heardOf = async (packets: number, spoil: () => Promise<void>): Promise<number> => {
    const before = await ask();
    await spoil();
    for (let packet = 0; packet < packets; packet++) tell(Buffer.alloc(1000));
    await eventually(() => socket.getSendQueueCount() === 0, WITHIN);
    await opened().heal();
    return (await ask()) - before - 1;
  };

  const loss = () => opened().suffer(lossy(0.5, "n1", CLIENTS));
  const narrow = () => opened().narrow("n1", 64);

  expect(await heardOf(PACKETS, async () => undefined)).toBe(PACKETS);
  expect(await heardOf(PACKETS, loss)).toBeLessThan(0.9 * PACKETS);
  expect(await heardOf(PACKETS, narrow)).toBeLessThan(0.5 * PACKETS);
  expect(await heardOf(PACKETS, async () => undefined)).toBe(PACKETS);
});

/** Opens a network, and runs something in it, until it is killed. */
const HOLDS = `
  import { spawn } from "node:child_process";
  import { PrivateNetwork } from "@holdfast/testkit";
  const network = await PrivateNetwork.open(1);
  const [{ ip, enter }] = network.hosts;
  const [program, ...args] = [...enter, "sleep", "600"];
  const { pid } = spawn(program, args, { stdio: "ignore" });
  console.log(JSON.stringify({ ip, pid }));
`;

test("nothing of a network stays behind when whoever opened it is killed", async () => {
  const args = ["--input-type=module", "--eval", HOLDS];
  const owner = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    owner.kill("SIGKILL");
  });
  const [told] = await once(owner.stdout, "data");
  const { ip, pid }: { readonly ip: string; readonly pid: number } = JSON.parse(String(told));
  const prefix = ip.slice(0, ip.lastIndexOf(".") + 1);
  expect(isRunning(pid)).toBe(true);
  expect(addresses().filter((address) => address.startsWith(prefix))).toHaveLength(1);

  owner.kill("SIGKILL");

  await eventually(() => !isRunning(pid), WITHIN);
  await eventually(() => !addresses().some((address) => address.startsWith(prefix)), WITHIN);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function addresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => address),
  );
}
