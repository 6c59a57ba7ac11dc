import { UsageError } from "./usage-error.ts";

/**
 * A function that a module loaded late exports under `name`. `F` is what that
 * module documents; nothing checks more than that it is a function.
 *
 * @throws UsageError if the module has none, as after an incomplete build.
 */
export function loadFunction<F>(module: object, name: string): F {
  const found: unknown = Reflect.get(module, name);
  if (typeof found !== "function") throw new UsageError(`this build has no ${name}: npm run build`);
  return found as F;
}
