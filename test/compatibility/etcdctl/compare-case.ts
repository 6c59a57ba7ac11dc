import type { MethodDefinition } from "@grpc/grpc-js";
import { loadDefinition } from "@holdfast/protocol";
import { eventually } from "@holdfast/testkit";
import { plainOf } from "../answers/plain-value.ts";
import type { EtcdctlCase } from "./etcdctl-case.ts";
import { normaliseOutput, type OwnTexts } from "./normalise-output.ts";
import { type EtcdctlRun, runEtcdctl } from "./run-etcdctl.ts";

const ENOUGH_WITHIN_MS = 15_000;

const definition = loadDefinition("etcd/rpc.proto");

/** One of the two stores, as etcdctl sees it. */
export class EtcdctlSide {
  readonly #own: OwnTexts;
  #lease = "0";

  constructor(own: OwnTexts) {
    this.#own = own;
  }

  /** Runs a case; what comes back is equal on stores that are alike. */
  async run(one: EtcdctlCase): Promise<object> {
    const { until, meanwhile } = one;
    const enough =
      until === undefined && meanwhile === undefined
        ? undefined
        : (printed: () => string) => this.#enough(one, printed);
    const args = this.#filledIn(one.args);
    const run = await runEtcdctl({ args, input: one.input, enough });
    this.#lease = /lease (\w+) granted/.exec(run.stdout.toString())?.[1] ?? this.#lease;
    return {
      code: run.code,
      stdout: this.#stdout(run, one),
      stderr: this.#text(run.stderr, one),
    };
  }

  async #enough({ until, meanwhile }: EtcdctlCase, printed: () => string): Promise<void> {
    const look = async (): Promise<boolean> => {
      if (until?.test(printed()) === true) return true;
      if (meanwhile === undefined) return false;
      const { stdout } = await runEtcdctl({ args: this.#filledIn(meanwhile.args) });
      return meanwhile.prints.test(stdout.toString());
    };
    await eventually(look, { within: ENOUGH_WITHIN_MS, what: "what etcdctl has to print" });
  }

  #filledIn(args: readonly string[]): string[] {
    const { endpoints, directory } = this.#own;
    const filled = args.map((arg) =>
      arg
        .replace("{lease}", this.#lease)
        .replace("{client}", endpoints[0] ?? "")
        .replace("{directory}", directory),
    );
    return [`--endpoints=${endpoints.join(",")}`, ...filled];
  }

  #stdout({ stdout }: EtcdctlRun, one: EtcdctlCase): unknown {
    if (one.prints === undefined) return this.#text(stdout.toString(), one);
    return this.#text(JSON.stringify(plainOf(decoded(stdout, one.prints))), one);
  }

  #text(text: string, { own }: EtcdctlCase): string {
    const normal = normaliseOutput(text, this.#own);
    return own === undefined ? normal : normal.replaceAll(own, "(own)");
  }
}

/** By the method that answers so. */
function decoded(bytes: Buffer, method: string): unknown {
  const [service = "", name = ""] = method.split(".");
  const methods = definition[`etcdserverpb.${service}`] as unknown as Readonly<
    Record<string, MethodDefinition<unknown, unknown>>
  >;
  const found = methods[name];
  if (found === undefined) throw new Error(`there is no method ${method}`);
  return found.responseDeserialize(bytes);
}
