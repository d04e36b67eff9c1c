// @ts-check
// A server on a free port and a browser of its own, for as long as one file of tests takes.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

const { DOORWARD = "", TOOLS = "", SHOTS = "" } = process.env;
const require = createRequire(join(TOOLS, "npm", "node_modules", "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const PASSWORD = "correct horse battery staple";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** @param {string} settings further lines of configuration */
export async function open(settings = "") {
  const folder = mkdtempSync(join(tmpdir(), "doorward-browser-"));
  writeFileSync(join(folder, "doorward.toml"), `[password]\nmemory_kib = 19456\npasses = 2\n${settings}`);
  const args = ["--config", join(folder, "doorward.toml"), "serve", "--dev", "--listen", "127.0.0.1:0", "--data", join(folder, "data")];
  const server = spawn(DOORWARD, args, { stdio: ["ignore", "pipe", "pipe"] });
  const url = await ready(server);
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: FLAGS });
  after(async () => {
    await browser.close();
    server.kill("SIGTERM");
    await new Promise((done) => server.once("exit", done));
    rmSync(folder, { recursive: true, force: true });
  });
  return new House(url, browser);
}

/** @param {import("node:child_process").ChildProcess} server */
function ready(server) {
  return new Promise((found, failed) => {
    let said = "";
    server.stdout?.on("data", (piece) => {
      said += piece;
      const url = said.match(/development at (\S+)/);
      if (url && said.includes("Ready.")) found(url[1]);
    });
    server.stderr?.on("data", (piece) => (said += piece));
    server.once("exit", () => failed(new Error(`the server ended: ${said}`)));
  });
}

export class House {
  /**
   * @param {string} url
   * @param {any} browser
   */
  constructor(url, browser) {
    this.url = url;
    this.browser = browser;
    this.people = 0;
  }

  /**
   * A person with a browser of their own. Whatever the page's policy stops, and every error of a script, fails the test.
   * @param {object} options
   */
  async person(options = {}) {
    const context = await this.browser.newContext({ baseURL: this.url, locale: "en-US", ...options });
    const page = await context.newPage();
    /** @type {string[]} */
    const faults = [];
    page.on("pageerror", (/** @type {Error} */ error) => faults.push(error.message));
    page.on("console", (/** @type {any} */ line) => {
      if (/Content Security|Trusted|Refused|violat/i.test(line.text())) faults.push(line.text());
    });
    return { page, context, faults, name: `ada${(this.people += 1)}@example.org` };
  }

  /**
   * The same, signed up.
   * @param {object} options
   */
  async signedUp(options = {}) {
    const person = await this.person(options);
    await person.page.goto("/sign-up");
    await person.page.fill("#identifier", person.name);
    await person.page.fill("#password", PASSWORD);
    if (await person.page.locator("#repeat").count()) await person.page.fill("#repeat", PASSWORD);
    await person.page.click("button.main");
    await person.page.waitForURL("**/account");
    return person;
  }
}

/**
 * What is wrong with a page for those who do not see it, or not well.
 * @param {any} page
 * @returns {Promise<string[]>}
 */
export async function barriers(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // @ts-ignore: axe was just put there
    const found = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map((/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.html).join(" ")}`);
  });
}

/**
 * @param {any} page
 * @param {string} name
 */
export async function picture(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}
