import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of test data made by others. */
export interface VectorFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The files of a folder of test data that is no part of the repository: below
 * `HOLDFAST_VECTORS`, or `shared/data` next to the repository.
 *
 * `undefined` where the folder is absent, unless `HOLDFAST_REQUIRE` names `vectors`.
 *
 * @throws Error if it must be there and is not.
 */
export function vectorFiles(folder: string): readonly VectorFile[] | undefined {
  const { HOLDFAST_VECTORS: given = "", HOLDFAST_REQUIRE: required = "" } = process.env;
  const beside = new URL("../../../../../shared/data", import.meta.url).pathname;
  const directory = join(given === "" ? beside : given, folder);
  if (existsSync(directory)) {
    return readdirSync(directory)
      .sort()
      .map((name) => ({ name, text: readFileSync(join(directory, name), "utf8") }));
  }
  if (given !== "" || required.split(",").some((part) => part.trim() === "vectors")) {
    throw new Error(
      `there is no ${directory}, which HOLDFAST_VECTORS or HOLDFAST_REQUIRE asks for`,
    );
  }
  return undefined;
}

/** Why a test that needs them is skipped. */
export const NO_VECTORS =
  "needs published test data: set HOLDFAST_VECTORS to its folder, or put it at ../shared/data";
