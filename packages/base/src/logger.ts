/** Fields of a log line; never the values, nor at info the names, of a user's keys. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where a component tells what happens: `error` someone must act, `warn` it
 * healed itself but look, `info` state changes, `debug` per message.
 */
export interface Logger {
  error(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}

const silence = (): void => undefined;

export const silentLogger: Logger = {
  error: silence,
  warn: silence,
  info: silence,
  debug: silence,
  child: () => silentLogger,
};
