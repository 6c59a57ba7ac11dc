import { CONTROLS_SCRIPT } from "./script/controls.ts";
import { LANES_SCRIPT } from "./script/lanes.ts";
import { MESSAGES_SCRIPT } from "./script/messages.ts";
import { SCALES_SCRIPT } from "./script/scales.ts";

/** What draws the page in a browser: plain script, in one scope, that reads `#data` and loads nothing. */
export const PAGE_SCRIPT: string = [
  '(function () {\n"use strict";',
  SCALES_SCRIPT,
  LANES_SCRIPT,
  MESSAGES_SCRIPT,
  CONTROLS_SCRIPT,
  "})();",
].join("\n");
