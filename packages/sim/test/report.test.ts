import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { type RunSettings, reportPage, runSeed, Storyteller } from "../src/index.ts";
import { DRAWN_EVENTS_MAX, pageDataOf } from "../src/report-page/page-data.ts";
import { PAGE_CHARACTERS_MAX } from "../src/report-page/report-page.ts";
import { selectMessages } from "../src/report-page/select-messages.ts";
import type { MessageStory } from "../src/report-page/story.ts";

interface Drawn {
  readonly page: string;
  readonly data: Record<string, never[]> & { readonly violation?: string; readonly end: number };
}

function drawn(settings: RunSettings, title = "a run"): Drawn {
  const teller = new Storyteller();
  const run = runSeed({ ...settings, observer: teller });
  const story = teller.story(run.virtualMs);
  const page = reportPage({ run, story, cluster: "a few", title, replay: "replay it" });
  const [, json = ""] =
    /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? [];
  return { page, data: JSON.parse(json) };
}

const broken = (): Drawn =>
  drawn({ seed: 21, stormMs: 2_500, defects: ["compacts-before-state-is-durable"] });

test("watching for a page changes nothing", () => {
  const settings = { seed: 7, stormMs: 500 };
  const watched = runSeed({ ...settings, observer: new Storyteller() });

  expect(watched.hash).toBe(runSeed(settings).hash);
});

test("a page loads nothing from anywhere", () => {
  const { page } = drawn({ seed: 51, stormMs: 500 });

  expect(page).not.toMatch(/https?:|src=|<link|@import|url\(|fetch\(|XMLHttp|import\(/);
  expect(page).toContain("No promise was broken.");
});

test("a page says what is broken, what led there, and how to see it again", () => {
  const { page, data } = broken();

  expect(data.violation).toMatch(/^start: node \d+: the log begins behind/);
  expect(page).toContain("<strong>start</strong>");
  expect(page).toContain("state was lost");
  expect(page).toContain("The last 60 events");
  expect(page).toContain("replay it");
  expect(page).toContain("<th>electionTimeoutMs</th>");
});

test("all that happens to nodes, links, messages and clients is there", () => {
  const { data } = drawn({ seed: 2, stormMs: 1_500 });
  const nodes = data["nodes"] as unknown as Record<string, unknown[][]>[];
  const roles = new Set(nodes.flatMap(({ roles: spans = [] }) => spans.map(([, , role]) => role)));
  const fates = new Set((data["messages"] as unknown as unknown[][]).map((one) => one[8]));
  const outcomes = new Set((data["operations"] as unknown as unknown[][]).map((one) => one[3]));

  expect(roles).toContain("leader");
  expect(roles).toContain("candidate");
  expect(nodes.some(({ lives = [] }) => lives.length > 1)).toBe(true);
  expect(
    nodes.every(({ lives = [] }) => lives.every(([from, to]) => Number(from) <= Number(to))),
  ).toBe(true);
  expect(fates).toContain("lost");
  expect(outcomes).toContain("done");
  expect(outcomes).toContain("refused");
  expect(data["faults"]?.length).toBeGreaterThan(5);
  expect((data["phases"] as unknown as unknown[][]).map(([, name]) => name)).toContain("storm");
});

test("what a title holds is text, not a page", () => {
  const { page } = drawn({ seed: 51, stormMs: 100 }, "</title><script>alert(1)</script>");

  expect(page).not.toContain("<script>alert");
  expect(page).toContain("&lt;script&gt;alert(1)");
});

test("a long run is drawn within bounds, and what is left out is told", { timeout: 20_000 }, () => {
  const teller = new Storyteller();
  const run = runSeed({ seed: 7, stormMs: 3_000, observer: teller });
  const story = teller.story(run.virtualMs);
  const room = 500;
  const { data, omitted } = pageDataOf(run, story, room);
  const whole = pageDataOf(run, story);
  const page = reportPage({ run, story, cluster: "", title: "", replay: "" });

  expect(story.messages.length).toBeGreaterThan(2 * room);
  expect((data["messages"] as unknown[]).length).toBeLessThanOrEqual(room);
  expect(omitted.join()).toMatch(/\d+ messages before/);
  expect((whole.data["messages"] as unknown[]).length).toBeLessThanOrEqual(DRAWN_EVENTS_MAX);
  expect(page.length).toBeLessThanOrEqual(PAGE_CHARACTERS_MAX);
});

test("messages are left out from the front, and those of elections last", () => {
  const kinds = ["heartbeat-request", "vote-request"] as const;
  const all = Array.from({ length: 100 }, (_, at) => ({
    at,
    message: { kind: kinds[at % 2] },
  })) as unknown as MessageStory[];
  const { messages, completeFrom, omitted } = selectMessages(all, 20);

  expect(messages).toHaveLength(20);
  expect(messages.slice(0, 10).every(({ message }) => message.kind === "vote-request")).toBe(true);
  expect(messages.at(-1)?.at).toBe(99);
  expect({ completeFrom, omitted }).toEqual({ completeFrom: 90, omitted: 80 });
});

/** What the page's script writes on its canvas, in a browser that has nothing else. */
function written({ page }: Drawn): readonly string[] {
  const script = page.slice(
    page.lastIndexOf("<script>") + "<script>".length,
    page.lastIndexOf("</script>"),
  );
  const json = /id="data">(.*?)<\/script>/s.exec(page)?.[1];
  const texts: string[] = [];
  const context = new Proxy(
    {
      fillText: (text: string) => texts.push(text),
      measureText: (text: string) => ({ width: 6 * text.length }),
    },
    { get: (known, name) => Reflect.get(known, name) ?? (() => undefined), set: () => true },
  );
  const element = (): object => ({
    textContent: json,
    style: {},
    clientWidth: 1_200,
    getContext: () => context,
    addEventListener: () => undefined,
    setAttribute: () => undefined,
    append: () => undefined,
  });
  const elements = new Map<string, object>();
  const document = {
    documentElement: {},
    getElementById: (id: string) => elements.get(id) ?? elements.set(id, element()).get(id),
    createElement: element,
    querySelectorAll: () => [],
  };
  const window = { devicePixelRatio: 1, addEventListener: () => undefined };
  runInNewContext(script, {
    document,
    window,
    getComputedStyle: () => ({ getPropertyValue: () => "#000" }),
    matchMedia: () => ({ addEventListener: () => undefined }),
  });
  return texts;
}

test("the page's script draws every node, the phases and the violation", () => {
  const texts = written(broken());

  expect(texts).toContain("node 0");
  expect(texts).toContain("storm");
  expect(texts).toContain("start");
  expect(texts.some((text) => /^term \d/.test(text))).toBe(true);
});
