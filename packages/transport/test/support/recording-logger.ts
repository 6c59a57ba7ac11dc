import type { LogFields, Logger } from "@holdfast/base";

/** One line that was logged. */
export interface LogLine {
  readonly level: "error" | "warn" | "info" | "debug";
  readonly fields: LogFields;
  readonly message: string;
}

/** A logger that keeps what it is told in `lines`. */
export function recordingLogger(lines: LogLine[], bound: LogFields = {}): Logger {
  const keep =
    (level: LogLine["level"]) =>
    (fields: LogFields, message: string): void => {
      lines.push({ level, fields: { ...bound, ...fields }, message });
    };
  return {
    error: keep("error"),
    warn: keep("warn"),
    info: keep("info"),
    debug: keep("debug"),
    child: (fields) => recordingLogger(lines, { ...bound, ...fields }),
  };
}
