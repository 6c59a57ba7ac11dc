import type { Logger } from "@holdfast/base";
import { type DestinationStream, pino } from "pino";

export type LogLevel = "error" | "warn" | "info" | "debug" | "silent";

/**
 * Lines of JSON, one for each event: `{"level":"info","time":"…","msg":"…", …}`.
 *
 * @param destination Where the lines go; standard output unless told.
 */
export function pinoLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { failure: pino.stdSerializers.err },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
