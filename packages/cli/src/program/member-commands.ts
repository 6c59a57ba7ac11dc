import type { Command } from "commander";
import {
  type MemberAddOptions,
  memberAdd,
  memberList,
  memberPromote,
  memberRemove,
  memberUpdate,
} from "../commands/member.ts";
import { moveLeader } from "../commands/move-leader.ts";
import { type Context, examples, GLOBALS } from "./context.ts";

/** Who takes part in a cluster, and who leads it. */
export function addMemberCommands(context: Context): void {
  context.program.commandsGroup("Members:");
  const member = context.program
    .command("member")
    .description("list, add, remove, promote or update those who take part")
    .usage("list|add|remove|promote|update [ARGUMENTS] [OPTIONS]");
  addList(context, member);
  addAdd(context, member);
  addRemove(context, member);
  addPromote(context, member);
  addUpdate(context, member);
  addMoveLeader(context);
}

function addList({ terminal, finish }: Context, member: Command): void {
  member
    .command("list")
    .description("who takes part, where, and as what")
    .option("--serializable", "what a node has at hand, however old; works without a leader")
    .addHelpText(
      "after",
      examples(
        ["holdfast member list", "ids, names, addresses, and who leads, votes or learns"],
        ["holdfast member list -o json", "named as in etcd; ids in decimal"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (_options, command: Command) =>
      finish(await memberList(terminal, command.optsWithGlobals())),
    );
}

function addAdd({ terminal, finish }: Context, member: Command): void {
  member
    .command("add <name>")
    .description("add a node; it gets all data, then votes by itself")
    .requiredOption("--peer <address>", "host:port where the other nodes will reach it")
    .option("--client <address>", "host:port for clients; else the node tells when it joins")
    .option("--learner", "it gets all data and does not vote until it is promoted")
    .addHelpText(
      "after",
      examples(
        ["holdfast member add n4 --peer 10.0.0.4:2380", "then start it, as is printed"],
        ["holdfast member add n4 --peer 10.0.0.4:2380 --learner", "a copy that has no say"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (name: string, _options, command: Command) =>
      finish(await memberAdd(terminal, name, command.optsWithGlobals<MemberAddOptions>())),
    );
}

function addRemove({ terminal, finish }: Context, member: Command): void {
  member
    .command("remove <member>")
    .description("remove a node by its name or id, the leader too")
    .addHelpText(
      "after",
      examples(
        ["holdfast member remove n2", "refused where too few of the others are up"],
        ["holdfast member remove 45991c6856826", "by its id, where two have one name"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (given: string, _options, command: Command) =>
      finish(await memberRemove(terminal, given, command.optsWithGlobals())),
    );
}

function addPromote({ terminal, finish }: Context, member: Command): void {
  member
    .command("promote <member>")
    .description("make a voter of a learner, by its name or id")
    .addHelpText("after", examples(["holdfast member promote n4", "refused while it lags behind"]))
    .addHelpText("after", GLOBALS)
    .action(async (given: string, _options, command: Command) =>
      finish(await memberPromote(terminal, given, command.optsWithGlobals())),
    );
}

function addUpdate({ terminal, finish }: Context, member: Command): void {
  member
    .command("update <member>")
    .description("tell the cluster another address of a node, by its name or id")
    .option("--peer <address>", "host:port where the other nodes reach it")
    .option("--client <address>", "host:port for clients")
    .addHelpText(
      "after",
      examples([
        "holdfast member update n2 --peer 10.0.0.7:2380",
        "then restart the node with that address in its file",
      ]),
    )
    .addHelpText("after", GLOBALS)
    .action(async (given: string, _options, command: Command) =>
      finish(await memberUpdate(terminal, given, command.optsWithGlobals())),
    );
}

function addMoveLeader({ program, terminal, finish }: Context): void {
  program
    .command("move-leader [member]")
    .description("hand leadership to a node, by its name or id, or to the most advanced")
    .addHelpText(
      "after",
      examples(
        ["holdfast move-leader", "before the leader's machine is taken down"],
        ["holdfast move-leader n3", "to that one; that it leads already is no failure"],
      ),
    )
    .addHelpText("after", GLOBALS)
    .action(async (given: string | undefined, _options, command: Command) =>
      finish(await moveLeader(terminal, given, command.optsWithGlobals())),
    );
}
