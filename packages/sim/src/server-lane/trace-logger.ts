import type { LogFields, Logger } from "@holdfast/base";

/** Lines of a node's log become lines of the trace. */
export function traceLogger(tell: (line: string, fields: LogFields) => void): Logger {
  const told = (fields: LogFields, message: string): void => tell(message, fields);
  return {
    error: told,
    warn: told,
    info: told,
    debug: () => undefined,
    child: () => traceLogger(tell),
  };
}
