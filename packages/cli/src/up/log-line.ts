const LEVEL_NAMES: Readonly<Record<number, string>> = { 40: "WARN", 50: "ERROR", 60: "FATAL" };
const WARN = 40;
const LINE_LENGTH_MAX = 400;
/** Fields that say what a terminal shows already. */
const QUIET_FIELDS = new Set(["level", "time", "msg", "pid", "hostname", "name", "node"]);

/**
 * A node's log line as the terminal shows it: warnings and worse, and text that
 * is no log line at all, such as the trace of a crash. Undefined: not shown.
 */
export function terminalLogLine(line: string): string | undefined {
  const record = parseRecord(line);
  if (record === undefined) return line.trim() === "" ? undefined : cut(line);
  const { level, msg } = record;
  if (typeof level !== "number" || level < WARN) return undefined;
  const fields = Object.entries(record)
    .filter(([name]) => !QUIET_FIELDS.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const message = typeof msg === "string" ? msg : "";
  return cut([LEVEL_NAMES[level] ?? "WARN", message, ...fields].join(" "));
}

function parseRecord(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function cut(text: string): string {
  return text.length > LINE_LENGTH_MAX ? `${text.slice(0, LINE_LENGTH_MAX)}…` : text;
}
