// Looks at the server's start page as a person does, for the Rust test that started this program. It ends with an error
// when something is not as it must be, also when the page breaks its own content security policy.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

// The driver of the browser comes with the other tests that use one.
const require = createRequire(new URL("../twilio_sdk/page/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const { SERVER, FOLDER, SIGN_IN_AS, PASSWORD } = process.env;
const DESKTOP = { width: 1100, height: 760 };
const PHONE = { width: 360, height: 720 };
const WORDS = { en: "Recent calls", ar: "المكالمات الأخيرة", fa: "تماس‌های اخیر" };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu"],
  ignoreDefaultArgs: ["--headless", "--headless=old"],
});
try {
  await look();
} finally {
  await browser.close();
}

async function look() {
  const context = await browser.newContext({ viewport: DESKTOP, locale: "en-GB", timezoneId: "Asia/Riyadh" });
  const page = await context.newPage();
  const complaints = [];
  // The browser notes there each answer that refuses, too; the one wrong password below is meant.
  const isMeant = (text) => text.includes("status of 401");
  page.on("console", (message) => message.type() === "error" && !isMeant(message.text()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const outside = [];
  page.on("request", (request) => new URL(request.url()).origin === SERVER || outside.push(request.url()));

  await page.goto(SERVER);
  await page.getByTestId("server-health").getByText("The server works").waitFor();
  await signIn(page, "wrong");
  await page.getByTestId("sign-in-error").getByText("User name or password is wrong").waitFor();
  await picture(page, "1-sign-in");
  await signIn(page, PASSWORD);
  await page.getByTestId("call-row").waitFor();
  assert.equal(await page.getByTestId("call-who").innerText(), "Noor Saleh");
  assert.equal(await page.getByTestId("call-duration").innerText(), "02:05");
  assert.equal(await page.getByTestId("account-name").innerText(), "Sara Hassan");

  for (const [language, words] of Object.entries(WORDS)) {
    await page.getByTestId(`language-${language}`).click();
    await page.getByRole("heading", { name: words }).waitFor();
    assert.equal(await page.locator("html").getAttribute("dir"), language === "en" ? "ltr" : "rtl");
    for (const theme of ["light", "dark"]) {
      await page.getByTestId(`theme-${theme}`).click();
      for (const [name, size] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
        await page.setViewportSize(size);
        assert.equal(await sidewaysScroll(page), 0, `nothing is cut in ${language} on a ${name}`);
        await picture(page, `2-calls-${language}-${theme}-${name}`);
      }
    }
  }

  assert.deepEqual(await context.cookies(), [], "no cookie");
  const kept = await page.evaluate(() => Object.keys(localStorage).sort());
  assert.deepEqual(kept, ["mobile-call.language", "mobile-call.theme"], "nothing is kept but these");
  await page.getByTestId("sign-out").click();
  await page.getByTestId("sign-in").waitFor();
  await page.reload();
  await page.getByTestId("sign-in").waitFor();
  assert.deepEqual(complaints, [], "what the page's console says");
  assert.deepEqual(outside, [], "requests to elsewhere");
}

async function signIn(page, password) {
  await page.getByTestId("sign-in-username").fill(SIGN_IN_AS);
  await page.getByTestId("sign-in-password").fill(password);
  await page.getByTestId("sign-in-submit").click();
}

function sidewaysScroll(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

function picture(page, name) {
  return page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
}
