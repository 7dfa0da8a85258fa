// Looks at the gallery of the window as an agent would, for the Rust test that started this program. It ends with an
// error when something is cut, out of reach, or not where it was.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// The driver of the browser comes with the other tests that use one.
const require = createRequire(new URL("../twilio_sdk/page/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const { FOLDER, UI } = process.env;
const fromUi = createRequire(join(UI, "package.json"));
const axe = await readFile(fromUi.resolve("axe-core/axe.min.js"), "utf8");
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
  "alerting", "active", "active-details", "muted-poor", "digits", "digits-long", "digits-received", "digits-details", "held",
  "reconnecting", "incoming-in-call", "ringing-three-in-call", "choosing-in-call", "dial-in-call", "long-arabic", "long-persian-digits",
  "long-held", "two-calls", "problems-in-call", "problems-ringing", "missed-in-call", "ringing-two-in-call",
  "choosing-missed-in-call", "missed-two-typing-in-call", "missed-two-two-calls", "missed-two-two-calls-typing",
  "missed-two-two-calls-ringing",
];
/** Beside these there is room for the picture of who is called, which does not come and go with the quality of the sound. */
const PICTURED = ["alerting", "active", "muted-poor", "held", "reconnecting"];
/** Calls ring, or messages wait, while the agent chooses whom to call. */
const CHOOSING = ["dial-choices", "choosing-one-digit", "choosing-ringing", "choosing-ringing-two", "choosing-problems", "choosing-problems-ringing"];
/** At most two calls ring: all of them can be answered without scrolling. */
const RINGING = ["incoming", "incoming-in-call", "problems-ringing", "ringing-two", "ringing-two-lines", "ringing-two-in-call", "ringing-long", "choosing-ringing", "choosing-ringing-two", "choosing-problems-ringing", "choosing-missed-in-call", "missed-two-two-calls-ringing"];
/** Where nobody is signed in. */
const SIGNED_OUT = ["sign-in", "sign-in-error", "sign-in-unreachable", "signed-out", "history-signed-out"];
/** Lists, which scroll in their place. */
const LISTS = ["history", "history-playing", "history-paused-saved", "history-recording-loading", "history-recording-deleted", "history-in-call", "team", "settings", "settings-phone", "settings-twilio-none", "settings-twilio", "settings-twilio-wrong", "keys"];
/** More stands here than has room, so that a part scrolls. */
const CROWDED = /^(ringing-three|problems|digits-details|choosing|missed-two|phone-call-refused)/;
/** The field and the keys of the pad are in the same place in all of these. */
const WITHOUT_CALL = ["keypad", "phone-call-asked", "phone-call-rings-here", "phone-call-answered-here", "phone-call-talking", "phone-call-ended", "phone-call-refused", "dial-number", "dial-refused", "dial-no-line", "dial-long-name", "dial-line-down", "incoming", "ringing-two", "ringing-three", "ringing-long", "ended", "ended-trouble", "long-number-ended", "unseen-one", "unseen-three", "problems", "server-down"];

/** What is drawn and judged; of the other states of the gallery only whether everybody can use them. */
const DRAWN = [...CALLS, ...WITHOUT_CALL, ...CHOOSING, "dial-via-phone", "phone-call-two-lines", "ringing-two-lines", ...SIGNED_OUT, ...LISTS];

// Built once: it is opened some two hundred times, and as the server for developers gives it out it is many files.
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
  await look();
} finally {
  await browser.close();
  await server.close();
  await rm(outDir, { recursive: true });
}

async function look() {
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  for (const { lang, theme } of LOOKS) {
    const marks = new Map(SIZES.map((viewport) => [viewport, { places: new Map(), fieldTop: undefined }]));
    for (const show of DRAWN) {
      await resize(page, SIZES[0]);
      await open(page, { show, lang, theme });
      await usable(page, `${show}-${lang}-${theme}`);
      for (const viewport of SIZES) {
        await resize(page, viewport);
        await judge(page, { show, viewport, name: `${show}-${lang}-${theme}-${viewport.width}x${viewport.height}` }, marks.get(viewport));
      }
    }
    for (const [{ height }, { places }] of marks) {
      assert.equal(new Set(places.values()).size, 1, `the field or the keys move (${lang}, ${height}): ${JSON.stringify([...places])}`);
    }
    await resize(page, SIZES[0]);
    const others = await page.evaluate(() => document.documentElement.dataset.scenarios.split(" "));
    for (const show of others.filter((name) => !DRAWN.includes(name))) {
      await open(page, { show, lang, theme });
      await usable(page, `${show}-${lang}-${theme}`);
    }
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

/** What was opened, in a window of one size; `marks` has what stays in its place from state to state. */
async function judge(page, { show, viewport, name }, marks) {
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  assert.deepEqual(await page.evaluate(sideways), [], `${name}: nothing is wider than its place`);
  const scrolled = await page.evaluate(upright);
  if (LISTS.includes(show) || CROWDED.test(show)) assert.ok(!scrolled.includes("window"), `${name}: the window does not scroll as a whole`);
  else assert.deepEqual(scrolled, [], `${name}: there is room for everything`);
  const inReach = async (...testIds) => assert.deepEqual(await page.evaluate(outOfReach, testIds), [], `${name}: ${testIds} are in reach`);
  if (RINGING.includes(show)) await inReach("answer", "decline", "answer-row", "decline-row");
  else if (show.startsWith("ringing")) await inReach("answer", "decline");
  if (show.startsWith("ringing")) assert.deepEqual(await page.evaluate(cutNumbers), [], `${name}: no number is cut`);
  if (CALLS.includes(show)) await inReach("hangup");
  if (CALLS.includes(show) && !/^long-held/.test(show)) await inReach("held-call");
  if (/problems|missed/.test(show)) assert.ok(await page.evaluate(showsMessage), `${name}: the newest message is in sight`);
  if (CALLS.includes(show)) assert.deepEqual(await page.evaluate(hiddenOfCard), [], `${name}: who is called, the state and the time are in sight`);
  if (/^digits(-long|-received)?$/.test(show)) assert.ok(await page.evaluate(showsDigitsWhole), `${name}: of the digits that were sent none is cut`);
  if (/^(keypad|unseen)/.test(show)) assert.ok(await page.evaluate(showsWhoWasMissed), `${name}: the number of who was missed is not cut`);
  if (PICTURED.includes(show)) assert.ok(await page.evaluate(showsPicture), `${name}: the picture of who is called is in sight`);
  if (CHOOSING.includes(show)) assert.ok(await page.evaluate(showsChoice), `${name}: a choice is in sight`);
  if (CHOOSING.includes(show)) assert.equal(await page.evaluate(topsOf, ["dial-field"]), marks.fieldTop, `${name}: the field is where it was`);
  if (WITHOUT_CALL.includes(show)) marks.fieldTop = await page.evaluate(topsOf, ["dial-field"]);
  if (WITHOUT_CALL.includes(show)) marks.places.set(show, `${await page.evaluate(topsOf, ["dial-field", "key-1"])}, ${await page.evaluate(startOfField)}`);
}

/** Resized, and drawn so. */
async function resize(page, viewport) {
  await page.setViewportSize(viewport);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Everybody can use what is open, those too who do not see it. */
async function usable(page, name) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations);
  const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`) }));
  assert.deepEqual(found, [], `${name}: what axe finds`);
}

async function open(page, wanted) {
  await page.goto(`${gallery}?${new URLSearchParams(wanted)}`);
  await page.locator("html[data-ready=yes]").waitFor();
  if (/problems|missed/.test(wanted.show)) await page.getByTestId("problem").first().waitFor({ state: "attached" });
  if (/choosing|dial-choices/.test(wanted.show)) await page.getByTestId("choice").first().waitFor({ state: "attached" });
  if (wanted.show === "digits-received") await page.locator(".received").waitFor();
}

/** Where elements begin, for people. */
function topsOf(testIds) {
  return testIds.map((id) => `${id} ${document.querySelector(`[data-testid="${id}"]`).getBoundingClientRect().top.toFixed(0)}`).join();
}

/** How far from the edge of the field its words begin, be they of the page or of who types in another direction. */
function startOfField() {
  const { paddingLeft, paddingRight } = getComputedStyle(document.querySelector('[data-testid="dial-field"]'));
  return `words ${document.documentElement.dir === "rtl" ? paddingRight : paddingLeft}`;
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

/** Those elements that are not in the window as a whole, or that a click would not hit. */
function outOfReach(testIds) {
  const elements = testIds.flatMap((testId) => [...document.querySelectorAll(`[data-testid="${testId}"] button, button[data-testid="${testId}"]`)]);
  return elements.flatMap((element) => {
    const name = element.dataset.testid ?? element.ariaLabel;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight || bottom - top < 24) return [`${name} at ${left} ${top} ${right} ${bottom}`];
    const hits = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.8], [0.5, 0.05], [0.5, 0.95]].map(([x, y]) => document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y));
    return hits.every((hit) => element.contains(hit)) ? [] : [`${name} covered by ${hits.map((hit) => hit?.outerHTML.slice(0, 80))}`];
  });
}

/** Numbers that do not stand in their place as a whole: half of one is worth nothing. */
function cutNumbers() {
  return [...document.querySelectorAll(".one-line.number")].filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ innerText }) => innerText);
}

/** What the card of the call does not show of who it is with and how it stands. */
function hiddenOfCard() {
  const elements = document.querySelectorAll('[data-testid="call-card"] :is([data-testid="call-name"], [data-testid="call-state"], [data-testid="call-timer"])');
  return [...elements].filter((element) => {
    const { left, width, top, height } = element.getBoundingClientRect();
    return width < 10 || ![0.2, 0.5, 0.8].every((part) => element.contains(document.elementFromPoint(left + width / 2, top + height * part)));
  }).map(({ outerHTML }) => outerHTML.slice(0, 120));
}

/** Whether the row of digits that were sent is no wider than its place. */
function showsDigitsWhole() {
  const row = document.querySelector('[data-testid="digits-sent"]').getBoundingClientRect();
  const place = document.querySelector('[data-testid="call-card"] .top').getBoundingClientRect();
  return row.width === 0 || (row.left >= place.left && row.right <= place.right);
}

/** Whether the line that says who was missed is no wider than its place. */
function showsWhoWasMissed() {
  const { scrollWidth, clientWidth } = document.querySelector('[data-testid="missed-news"] .who .one-line');
  return scrollWidth <= clientWidth;
}

/** Whether the picture on the card of the call can be seen as a whole. */
function showsPicture() {
  const picture = document.querySelector('[data-testid="call-card"] .picture .avatar');
  const { left, width, top, height } = picture.getBoundingClientRect();
  return [0.05, 0.5, 0.95].every((part) => picture.contains(document.elementFromPoint(left + width / 2, top + height * part)));
}

/** Whether the first lines of the newest message can be read. */
function showsMessage() {
  const words = document.querySelector('[data-testid="problem"] p');
  const { left, width, top } = words.getBoundingClientRect();
  return words.contains(document.elementFromPoint(left + width / 2, top + 12));
}

/** Whether the first choice can be clicked. */
function showsChoice() {
  const choice = document.querySelector('[data-testid="choice"]');
  const { left, width, top, height } = choice.getBoundingClientRect();
  return [0.2, 0.8].every((part) => choice.contains(document.elementFromPoint(left + width / 2, top + height * part)));
}
