// @ts-check
// What people do, from the first page to the last: with scripts, without, and by the keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PASSWORD, open } from "./house.mjs";

const NEXT = "another horse battery staple";
const house = await open();

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "without scripts";

  test(`sign up, sign out, sign in, look at devices, change the password: ${how}`, async () => {
    const { page, faults, name } = await house.signedUp({ javaScriptEnabled });
    await page.click("text=Sign out >> nth=0");
    await page.click("button:has-text('Sign out on this device')");
    await page.waitForURL(/sign-in/);
    assert.match(await page.innerText("main"), /You have signed out/);
    await page.fill("#identifier", name);
    await page.fill("#password", "not the right one at all");
    await page.click("button.main");
    assert.match(await page.innerText("#said"), /That is not right/);
    assert.equal(await page.inputValue("#identifier"), name);
    await page.fill("#password", PASSWORD);
    await page.click("button.main");
    await page.waitForURL("**/account");
    const other = await house.person({ javaScriptEnabled });
    await other.page.goto("/sign-in?to=%2Faccount%2Fdevices");
    await other.page.fill("#identifier", name);
    await other.page.fill("#password", PASSWORD);
    await other.page.click("button.main");
    await other.page.waitForURL("**/account/devices");
    assert.equal(await other.page.locator(".devices > li").count(), 2);
    await page.goto("/account/password");
    await page.fill("#current", PASSWORD);
    await page.fill("#password", NEXT);
    if (!javaScriptEnabled) await page.fill("#repeat", NEXT);
    await page.click("button.main");
    assert.match(await page.innerText("#said"), /Your password has been changed/);
    await other.page.goto("/account/devices");
    assert.match(other.page.url(), /sign-in\?to=/, "everywhere else one is signed out");
    assert.deepEqual([...faults, ...other.faults], []);
  });

  test(`another device is signed out: ${how}`, async () => {
    const { page, name } = await house.signedUp({ javaScriptEnabled });
    const phone = await house.person({ javaScriptEnabled, userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1" });
    await phone.page.goto("/sign-in");
    await phone.page.fill("#identifier", name);
    await phone.page.fill("#password", PASSWORD);
    await phone.page.click("button.main");
    await phone.page.waitForURL("**/account");
    await page.goto("/account/devices");
    await page.click("li:has-text('Safari on iPhone') button");
    assert.match(await page.innerText("#said"), /That device has been signed out/);
    await phone.page.goto("/account");
    assert.match(phone.page.url(), /sign-in/);
  });
}

test("a keyboard is enough", async () => {
  const { page, faults, name } = await house.person();
  await page.goto("/sign-up");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "identifier", "typing begins at once");
  await page.keyboard.type(name);
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ada");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/account");
  for (const wanted of ["skip", "brand"]) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.className), wanted);
  }
  const ring = await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle);
  assert.equal(ring, "solid", "and one sees where one is");
  assert.deepEqual(faults, []);
});

test("a password can be shown, pasted, and taken from the page, and is told while it is typed", async () => {
  const { page, faults, name } = await house.person();
  await page.goto("/sign-up");
  await page.fill("#identifier", name);
  await page.locator("#password").pressSequentially("short");
  assert.equal(await page.innerText("#password-hint"), "10 more to go");
  await page.click("[data-reveal=password]");
  assert.equal(await page.getAttribute("#password", "type"), "text");
  await page.click("[data-reveal=password]");
  assert.equal(await page.getAttribute("#password", "type"), "password");
  await page.click("[data-take=password]");
  assert.equal(await page.innerText("#password-hint"), "Long enough");
  assert.equal(await page.inputValue("#password"), await page.innerText("#password-suggestion"));
  assert.equal(await page.locator("[onpaste]").count(), 0);
  await page.click("button.main");
  await page.waitForURL("**/account");
  assert.deepEqual(faults, []);
});

test("a form that is clicked twice is sent once", async () => {
  const { page, name } = await house.person();
  await page.goto("/sign-up");
  await page.fill("#identifier", name);
  await page.fill("#password", PASSWORD);
  let sent = 0;
  page.on("request", (/** @type {any} */ request) => (sent += request.method() === "POST" ? 1 : 0));
  await page.dblclick("button.main");
  await page.waitForURL("**/account");
  assert.equal(sent, 1);
});

test("the language is switched at the foot of a page and stays", async () => {
  const { page } = await house.person();
  await page.goto("/sign-in?to=%2Faccount%2Fname");
  await page.click("button[lang=zh-Hans]");
  assert.match(await page.innerText("h1"), /登录/);
  assert.match(page.url(), /to=%2Faccount%2Fname$/);
  await page.goto("/sign-up");
  assert.equal(await page.getAttribute("html", "lang"), "zh-Hans");
});

test("after signing out the back button shows nothing private", async () => {
  const { page, name } = await house.signedUp();
  await page.goto("/sign-out");
  await page.click("button.main");
  await page.waitForURL(/sign-in/);
  await page.goBack();
  await page.goBack();
  assert.doesNotMatch(await page.innerText("body"), new RegExp(name));
});

test("no page shows inside another one", async () => {
  const { page } = await house.person();
  await page.route("http://127.0.0.1:9/frame", (/** @type {any} */ route) =>
    route.fulfill({ contentType: "text/html", body: `<iframe src="${house.url}/sign-in"></iframe>` }),
  );
  await page.goto("http://127.0.0.1:9/frame");
  const frame = page.frames().find((/** @type {any} */ f) => f !== page.mainFrame());
  assert.doesNotMatch(await frame.content(), /identifier/);
});
