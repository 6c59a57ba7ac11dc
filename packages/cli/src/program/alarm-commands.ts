import type { Command } from "commander";
import { alarmDisarm, alarmList } from "../commands/alarm.ts";
import { type Context, examples, GLOBALS } from "./context.ts";

/** What keeps a cluster from taking writes. */
export function addAlarmCommands(context: Context): void {
  const alarm = context.program
    .command("alarm")
    .description("list or end what keeps the cluster from taking writes")
    .usage("list|disarm [OPTIONS]");
  addList(context, alarm);
  addDisarm(context, alarm);
}

function addList({ terminal, finish }: Context, alarm: Command): void {
  alarm
    .command("list")
    .description("NOSPACE: the state or a disk is full; CORRUPT: members differ")
    .addHelpText("after", examples(["holdfast alarm list -o json", "named as in etcd"]))
    .addHelpText("after", GLOBALS)
    .action(async (_options, command: Command) =>
      finish(await alarmList(terminal, command.optsWithGlobals())),
    );
}

function addDisarm({ terminal, finish }: Context, alarm: Command): void {
  alarm
    .command("disarm")
    .description("end all alarms; one of a disk that is full ends by itself when it has room")
    .addHelpText(
      "after",
      examples(["holdfast alarm disarm", "after a member that differed was rebuilt"]),
    )
    .addHelpText("after", GLOBALS)
    .action(async (_options, command: Command) =>
      finish(await alarmDisarm(terminal, command.optsWithGlobals())),
    );
}
