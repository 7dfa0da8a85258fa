// Looks at the gallery of the window as an agent would, for the Rust test that started this program. It ends with an
// error when something is cut, out of reach, or not where it was.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// The driver of the browser comes with the other tests that use one.
const require = createRequire(new URL("../twilio_sdk/page/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const { FOLDER, UI } = process.env;
const fromUi = createRequire(join(UI, "package.json"));
const { build, preview } = await import(pathToFileURL(fromUi.resolve("vite")).href);

const SIZES = [
  { width: 340, height: 600 },
  { width: 320, height: 480 },
];
const LOOKS = [
  { lang: "en", theme: "light" },
  { lang: "ar", theme: "dark" },
  { lang: "fa", theme: "light" },
];
/** Every state in which a call is up must leave Hang up in sight. */
const CALLS = [
  "alerting", "active", "active-details", "muted-poor", "digits", "digits-received", "digits-details", "held", "reconnecting",
  "incoming-in-call", "ringing-three-in-call", "choosing-in-call", "dial-in-call", "long-arabic", "long-persian-digits",
  "long-held", "two-calls", "problems-in-call", "problems-ringing", "missed-in-call",
];
/** Where nobody is signed in. */
const SIGNED_OUT = ["sign-in", "sign-in-error", "sign-in-unreachable", "signed-out", "history-signed-out"];
/** Lists, which scroll in their place. */
const LISTS = ["history", "history-in-call", "team", "settings", "keys"];
/** More stands here than has room, so that a part scrolls. */
const CROWDED = /^(ringing-three|problems|digits-details|choosing|dial-line-down)/;
/** The field and the keys of the pad are in the same place in all of these. */
const WITHOUT_CALL = ["keypad", "dial-number", "dial-refused", "dial-long-name", "dial-line-down", "incoming", "ringing-three", "ended", "ended-trouble", "problems", "server-down"];

// Built once: it is opened some three hundred times, and as the server for developers gives it out it is many files.
const outDir = await mkdtemp(join(tmpdir(), "mobile-call-gallery-"));
const settings = { root: join(UI, "window"), configFile: join(UI, "window/vite.config.ts"), logLevel: "error" };
const rolldownOptions = { input: join(UI, "window/gallery.html") };
await build({ ...settings, build: { outDir, emptyOutDir: true, minify: false, reportCompressedSize: false, rolldownOptions } });
const server = await preview({ ...settings, build: { outDir }, preview: { host: "127.0.0.1", port: 0, strictPort: false } });
const gallery = new URL("gallery.html", server.resolvedUrls.local[0]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu"],
  ignoreDefaultArgs: ["--headless", "--headless=old"],
});
try {
  for (const viewport of SIZES) await look(viewport);
} finally {
  await browser.close();
  await server.close();
  await rm(outDir, { recursive: true });
}

async function look(viewport) {
  const page = await browser.newPage({ viewport });
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  for (const { lang, theme } of LOOKS) {
    const places = new Map();
    for (const show of [...CALLS, ...WITHOUT_CALL, ...SIGNED_OUT, ...LISTS]) {
      const name = `${show}-${lang}-${theme}-${viewport.width}x${viewport.height}`;
      await open(page, { show, lang, theme });
      await page.screenshot({ path: join(FOLDER, `${name}.png`) });
      assert.deepEqual(await page.evaluate(sideways), [], `${name}: nothing is wider than its place`);
      const scrolled = await page.evaluate(upright);
      if (LISTS.includes(show) || CROWDED.test(show)) assert.ok(!scrolled.includes("window"), `${name}: the window does not scroll as a whole`);
      else assert.deepEqual(scrolled, [], `${name}: there is room for everything`);
      if (show === "incoming" || show.startsWith("ringing")) assert.equal(await page.evaluate(isInReach, "answer"), "yes", `${name}: Answer is in reach`);
      if (CALLS.includes(show)) assert.equal(await page.evaluate(isInReach, "hangup"), "yes", `${name}: Hang up is in reach`);
      if (WITHOUT_CALL.includes(show)) places.set(show, await page.evaluate(topsOf, ["dial-field", "key-1"]));
    }
    assert.equal(new Set(places.values()).size, 1, `the field or the keys move (${lang}, ${viewport.height}): ${JSON.stringify([...places])}`);
  }
  await open(page, { show: "muted-poor", lang: "en", theme: "light" });
  const mute = page.getByTestId("mute");
  await mute.hover();
  const pressed = () => mute.locator(".disc").evaluate((disc) => getComputedStyle(disc).backgroundColor);
  await page.waitForFunction((disc) => disc.getAnimations().length === 0, await mute.locator(".disc").elementHandle());
  assert.equal(await pressed(), "rgb(255, 255, 255)", "what is muted looks so under the pointer");
  assert.deepEqual(complaints, [], "what the page's console says");
  await page.close();
}

async function open(page, wanted) {
  await page.goto(`${gallery}?${new URLSearchParams(wanted)}`);
  await page.locator("html[data-ready=yes]").waitFor();
  if (/^(problems|missed)/.test(wanted.show)) await page.locator('[data-testid="news"][data-empty="false"]').waitFor();
  if (wanted.show === "digits-received") await page.locator(".received").waitFor();
}

/** Where elements begin, for people. */
function topsOf(testIds) {
  return testIds.map((id) => `${id} ${document.querySelector(`[data-testid="${id}"]`).getBoundingClientRect().top}`).join();
}

/** What can be scrolled sideways. */
function sideways() {
  const wide = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1;
  return [document.documentElement, ...document.querySelectorAll("body *")]
    .filter((element) => element === document.documentElement ? element.scrollWidth > element.clientWidth : wide(element))
    .map((element) => element.outerHTML.slice(0, 100));
}

/** What can be scrolled up and down. */
function upright() {
  const high = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowY) && element.clientHeight > 0 && element.scrollHeight > element.clientHeight + 1;
  const { documentElement } = document;
  const whole = documentElement.scrollHeight > documentElement.clientHeight ? ["window"] : [];
  return [...whole, ...[...document.querySelectorAll("body *")].filter(high).map((element) => element.outerHTML.slice(0, 100))];
}

/** Whether an element is in the window as a whole, and what a click in its middle would hit. */
function isInReach(testId) {
  const element = document.querySelector(`[data-testid="${testId}"]`);
  const { left, right, top, bottom } = element.getBoundingClientRect();
  if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return `at ${left} ${top} ${right} ${bottom}`;
  const hits = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.8]].map(([x, y]) => document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y));
  return hits.every((hit) => element.contains(hit)) ? "yes" : `covered by ${hits.map((hit) => hit?.outerHTML.slice(0, 80))}`;
}
