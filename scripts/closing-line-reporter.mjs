// A vitest reporter: names what was skipped and why, and ends the run with one plain line, `N passed, N failed`.
import { writeSync } from "node:fs";

/**
 * The closing line is written as the process exits, so that nothing of vitest's can follow it.
 * A file that could not be loaded and an error outside every test count as failed.
 */
export default class ClosingLineReporter {
  #closingLine;

  onInit() {
    process.once("exit", () => {
      const closingLine = this.#closingLine ?? "0 passed, 0 failed";
      writeSync(process.stdout.fd, `${closingLine}\n`);
    });
  }

  onTestRunEnd(modules, unhandledErrors, reason) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    const skipped = inState("skipped");
    const failed = inState("failed").length + brokenGroups(modules) + unhandledErrors.length;

    for (const test of skipped) console.log(skippedLine(test));
    if (reason === "interrupted")
      console.log("interrupted: the counts below are of a part of the tests");
    this.#closingLine = [
      `${inState("passed").length} passed`,
      `${failed} failed`,
      ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
    ].join(", ");
  }
}

/** Files and suites that failed by themselves: a syntax error, or a hook that threw. */
function brokenGroups(modules) {
  const suites = modules.flatMap((module) => [...module.children.allSuites()]);
  return [...modules, ...suites].filter((group) => group.errors().length > 0).length;
}

function skippedLine(test) {
  const note = test.result().note;
  return `skipped: ${test.module.relativeModuleId}: ${test.fullName}${note ? `: ${note}` : ""}`;
}
