// @ts-check
// Mode hybrid, after the access token is gone: the person goes on without signing in again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./house.mjs";

const house = await open('[[clients]]\nid = "default"\nmodes = ["hybrid"]\n');

test("a page that needs a fresh token gets one by itself", async () => {
  const { page, context, faults } = await house.signedUp();
  await context.clearCookies({ name: "doorward_access" });
  await page.goto("/account/devices");
  await page.waitForURL("**/account/devices");
  assert.match(await page.innerText("h1"), /Devices/);
  assert.ok((await context.cookies()).some((/** @type {any} */ c) => c.name === "doorward_access"));
  assert.deepEqual(faults, []);
});

test("without scripts one button does it", async () => {
  const { page, context } = await house.signedUp({ javaScriptEnabled: false });
  await context.clearCookies({ name: "doorward_access" });
  await page.goto("/account/devices");
  assert.match(page.url(), /continue\?to=/);
  await page.click("button.main");
  await page.waitForURL("**/account/devices");
  assert.match(await page.innerText("h1"), /Devices/);
});

test("a sign-in that has ended leads to the sign-in, and from there back", async () => {
  const { page, context, name } = await house.signedUp();
  const other = await house.person();
  await other.page.goto("/sign-in");
  await other.page.fill("#identifier", name);
  await other.page.fill("#password", "correct horse battery staple");
  await other.page.click("button.main");
  await other.page.waitForURL("**/account");
  await other.page.goto("/sign-out");
  await other.page.click("button:has-text('everywhere else')");
  await other.page.waitForURL("**/account/devices**");
  await context.clearCookies({ name: "doorward_access" });
  await page.goto("/account/name");
  await page.waitForURL(/sign-in\?to=%2Faccount%2Fname/);
});

test("an outage on the way says so and leaves the button", async () => {
  const { page, context } = await house.signedUp();
  await context.clearCookies({ name: "doorward_access" });
  await page.route("**/v1/refresh", (/** @type {any} */ route) => route.fulfill({ status: 503 }));
  await page.goto("/account");
  await page.waitForSelector("[data-failed]:not([hidden])");
  await page.click("button.main");
  await page.waitForURL("**/account");
});
