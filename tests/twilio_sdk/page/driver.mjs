// Drives Twilio's SDK in a real browser, and Twilio's library beside it, for the Rust test that started this program.
//
// One JSON object a line: {"id", "do", …} comes in, {"id", "result"} or {"id", "error"} goes out, in any order. The
// program ends, and its browser with it, when its input ends.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { answerPlainly, answerWith, nextRequest, startApplication } from "./application.mjs";
import { askApi, makeToken } from "./library.mjs";
import { startTls } from "./tls.mjs";
import { judgeToken } from "./token.mjs";

const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A microphone that beeps once a second, and no question about it.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  // The server's certificate is signed by an authority of the test.
  "--ignore-certificate-errors",
  // The server's media is on the loopback interface.
  "--allow-loopback-in-peer-connection",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

/** A plain page on localhost, where the browser allows the microphone. */
async function servePage() {
  const files = {
    "/": ["text/html", await readFile(new URL("page.html", import.meta.url))],
    "/phone.js": ["text/javascript", await readFile(new URL("phone.js", import.meta.url))],
    "/twilio.js": ["text/javascript", await readFile(new URL("node_modules/@twilio/voice-sdk/dist/twilio.min.js", import.meta.url))],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url] ?? [];
    response.writeHead(body ? 200 : 404, { "content-type": type ?? "text/plain" });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${server.address().port}/`;
}

/** A tenth of a second of silence, in place of the sounds that the SDK fetches from Twilio. */
function silence() {
  const samples = Buffer.alloc(1600);
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

const address = await servePage();
const sound = silence();
let browser = await launch();
const pages = new Map();

function launch() {
  return chromium.launch({
    executablePath: BROWSER,
    args: FLAGS,
    ignoreDefaultArgs: ["--headless", "--headless=old", "--mute-audio"],
  });
}

/** The browser; a new one if it has crashed, so that only the tests whose pages were open fail with it. */
async function running() {
  if (!(await browser).isConnected()) {
    process.stderr.write("the browser has crashed and is launched again\n");
    browser = launch();
  }
  return browser;
}

/** A page in a profile of its own. Nothing outside this machine is reachable from it. */
async function open(id) {
  const context = await (await running()).newContext({ ignoreHTTPSErrors: true, permissions: ["microphone"] });
  await context.route(/^https:\/\/sdk\.twilio\.com\//, (route) =>
    route.fulfill({ body: sound, contentType: "audio/wav", headers: { "access-control-allow-origin": "*" } }),
  );
  await context.route(/^https:\/\/(?!sdk\.)[^/]*twilio\.com\//, (route) => route.abort());
  const page = await context.newPage();
  await page.goto(address);
  pages.set(id, page);
}

const actions = {
  open: ({ page }) => open(page),
  // Calls a function of phone.js.
  call: ({ page, name, args }) => pages.get(page).evaluate(([name, args]) => window.phone[name](...args), [name, args]),
  close: async ({ page }) => {
    const closed = pages.get(page);
    pages.delete(page);
    await closed.context().close();
  },
  crash: async () => {
    const running = await browser;
    const session = await running.newBrowserCDPSession();
    const disconnected = new Promise((resolve) => running.once("disconnected", resolve));
    // It has no time to answer.
    session.send("Browser.crash").catch(() => {});
    await disconnected;
  },
  judgeToken: ({ token, secret }) => judgeToken(token, secret),
  makeToken,
  askApi,
  startTls,
  startApplication,
  answerWith,
  answerPlainly,
  nextRequest,
};

async function answer(line) {
  const { id, do: action, ...parameters } = JSON.parse(line);
  let reply;
  try {
    reply = { id, result: (await actions[action](parameters)) ?? null };
  } catch (error) {
    reply = { id, error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

// The test has ended, and nobody reads what is still said.
process.stdout.on("error", () => {});
const lines = createInterface({ input: process.stdin });
lines.on("line", answer);
lines.on("close", async () => {
  await (await browser).close();
  process.exit(0);
});
process.stdout.write(`${JSON.stringify({ id: 0, result: { browser: browser.version() } })}\n`);
