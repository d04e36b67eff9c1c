// @ts-check
// Every page, in both languages and both colour schemes: no barriers, nothing beside the screen, and a picture to look at.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PASSWORD, barriers, open, picture } from "./house.mjs";

const house = await open('[brand]\naccent = "#1d5e4e"\nlinks = ["Privacy https://www.example/privacy", "Help mailto:help@door.example"]\n');
const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 320, height: 640 };

/** @param {any} page */
async function beside(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/**
 * @param {any} page
 * @param {string} name
 */
async function judge(page, name) {
  assert.deepEqual(await barriers(page), [], name);
  for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
    await page.setViewportSize(viewport);
    assert.equal(await beside(page), 0, `${name} ${size}`);
    await picture(page, `${name}-${size}`);
  }
  await page.setViewportSize(WIDE);
}

for (const locale of ["en-US", "zh-CN"]) {
  for (const colorScheme of ["light", "dark"]) {
    const as = `${locale.slice(0, 2)}-${colorScheme}`;

    test(`every page can be read by everybody: ${as}`, async () => {
      const options = { locale, colorScheme, viewport: WIDE, reducedMotion: "reduce" };
      const person = await house.person(options);
      const { page, name } = person;
      for (const path of ["sign-in", "sign-up", "nowhere", "reset"]) {
        await page.goto(`/${path}`);
        await judge(page, `${as}-${path}`);
      }
      await page.goto("/sign-up");
      await page.fill("#identifier", name);
      await page.fill("#password", "short");
      await page.click("button.main");
      await judge(page, `${as}-sign-up-fault`);
      await page.fill("#password", PASSWORD);
      await page.click("button.main");
      await page.waitForURL("**/account");
      const phone = await house.person({ ...options, userAgent: "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36" });
      await phone.page.goto("/sign-in");
      await phone.page.fill("#identifier", name);
      await phone.page.fill("#password", PASSWORD);
      await phone.page.click("button.main");
      await phone.page.waitForURL("**/account");
      for (const path of ["account", "account/name", "account/password", "account/devices", "sign-out"]) {
        await page.goto(`/${path}`);
        await judge(page, `${as}-${path.replace("/", "-")}`);
      }
      await page.click("button.main");
      await page.waitForURL(/sign-in/);
      await judge(page, `${as}-signed-out`);
      assert.deepEqual(person.faults, []);
    });
  }
}

test("long and strange names stay within their page", async () => {
  const { page } = await house.signedUp({ viewport: WIDE });
  for (const name of ["x".repeat(200), "ا".repeat(100), "<b onclick=alert(1)>&amp;", "名".repeat(66), "a‍".repeat(40)]) {
    await page.goto("/account/name");
    await page.fill("#display_name", name);
    await page.click("button.main");
    await page.waitForURL(/\/account/);
    for (const viewport of [WIDE, NARROW]) {
      await page.setViewportSize(viewport);
      assert.equal(await beside(page), 0, name);
    }
    assert.equal(await page.locator("h1 bdi > *").count(), 0);
  }
  await picture(page, "strange-name");
});

test("colours that are forced, and paper, leave every word", async () => {
  const { page } = await house.signedUp({ forcedColors: "active", viewport: WIDE });
  assert.deepEqual(await barriers(page), []);
  await picture(page, "forced-account");
  await page.emulateMedia({ media: "print", forcedColors: "none" });
  assert.ok(await page.isVisible("h1"));
  assert.ok(!(await page.isVisible("nav")));
});
