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
  mute,
  type PrivateNetwork,
} from "@holdfast/testkit";
import { expect, onTestFinished, test } from "vitest";
import { sharedNetwork } from "./shared-network.ts";

const WITHIN = { within: 10_000 };
/** What has not come by then is lost; on a machine of its own it takes a fraction of a millisecond. */
const LOST_AFTER_MS = 300;
const network = sharedNetwork();

/** Answers everything that comes with how much has come. */
const COUNTS = `
  let heard = 0;
  require("node:dgram").createSocket("udp4").bind(7000, function () {
    console.log("ready");
  }).on("message", function (_, from) {
    heard += 1;
    this.send(String(heard), from.port, from.address);
  });
`;

function opened(): PrivateNetwork {
  const found = network();
  if (found === undefined) throw new Error("the file's network was not opened");
  return found;
}

test("each direction of a link can be cut by itself", async () => {
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
  const ask = async (faults: readonly LinkFault[], withinMs: number): Promise<string> => {
    await opened().suffer(faults);
    socket.send("how many?", 7000, host?.ip);
    const [message] = await once(socket, "message", { signal: AbortSignal.timeout(withinMs) });
    return String(message);
  };
  const told = (faults: readonly LinkFault[]) => ask(faults, WITHIN.within);
  const nothing = async (faults: readonly LinkFault[]) => {
    await expect(ask(faults, LOST_AFTER_MS)).rejects.toThrow(/abort/);
  };

  expect(await told([])).toBe("1");
  await nothing(deaf("n1", CLIENTS));
  await nothing(mute("n1", CLIENTS));
  expect(await told(cut("n1", "n2"))).toBe("3");
  await nothing(cut("n1", CLIENTS));
  expect(await told([])).toBe("4");
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
