import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { findBrowser, openBrowser } from "../support/browser.ts";
import { nameWith } from "../support/debian-package.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

/*
 * The docs viewer as a person sees it: a real Chromium, the real process. Without a browser these tests are skipped, and
 * their name says why.
 */
const found = await findBrowser();

const DOCS = "/api/v1/exec/docs";
const TOKEN = "a-token-of-the-control-api";
const files = {
  "default/1/greet.ts": "export default (req: Request<{}, { name: string }>) => ({ greets: req.body.name });",
  "app/2/elsewhere.ts": "return 1",
};

/** Longest wait for something to appear, in milliseconds. */
const APPEAR_MS = 20_000;

/** A page and what went wrong in it. */
interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** Errors of scripts and of the content policy, failed requests, requests that leave the server. */
  readonly troubles: string[];
  /** Requests that carried an Authorization header, by path. */
  readonly authorized: Map<string, string>;
}

describe.skipIf("missing" in found)(nameWith("the docs viewer", found), () => {
  let browser: Browser;
  let open: ServerProcess;
  let guarded: ServerProcess;
  beforeAll(async () => {
    if ("path" in found) browser = await openBrowser(found.path);
    open = await startProcess({ files });
    guarded = await startProcess({ files, flags: [`--api-token=${TOKEN}`] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await open?.[Symbol.asyncDispose]();
    await guarded?.[Symbol.asyncDispose]();
  });

  async function visit(server: ServerProcess, path = DOCS): Promise<Visit> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(APPEAR_MS);
    const page = await context.newPage();
    const troubles: string[] = [];
    const authorized = new Map<string, string>();
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => {
      // That a document needs a token is told by the page itself; Chromium notes every 401.
      const isExpected = /status of 401/.test(message.text());
      if (message.type() === "error" && !isExpected) troubles.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url())) {
        troubles.push(`leaves the server: ${request.url()}`);
      }
      const { authorization } = request.headers();
      if (authorization !== undefined) authorized.set(new URL(request.url()).pathname, authorization);
    });
    await page.goto(server.url + path);
    return { page, troubles, authorized, [Symbol.asyncDispose]: () => context.close() };
  }

  /** Chooses a document by its title. */
  async function choose(page: Page, title: string): Promise<void> {
    await page
      .getByRole("button", { name: /^(Control API|Your scripts)$/ })
      .first()
      .click();
    await page.getByRole("option", { name: title }).click();
  }

  /** Sends the first call that is offered for a path, and answers what came back. */
  async function send(page: Page, server: ServerProcess, path: string) {
    await page
      .getByRole("button", { name: `Test Request (${path})` })
      .first()
      .click();
    const [response] = await Promise.all([
      page.waitForResponse((answer) => answer.url() === server.url + path.replace(/^\w+ /, "")),
      page.getByRole("button", { name: "Send Request" }).click(),
    ]);
    return response;
  }

  test("shows the control API and calls it", async () => {
    await using seen = await visit(open);
    await seen.page.getByRole("heading", { name: "hoody-exec control API" }).waitFor();
    const response = await send(seen.page, open, "get /api/v1/exec/health");
    expect(response.status()).toBe(200);
    await seen.page.getByText("200 OK").waitFor();
    await seen.page.getByText('"hoody-exec"').first().waitFor();

    await using pictures = await tempDir();
    const path = join(pictures.path, "docs.png");
    await seen.page.screenshot({ path });
    const picture = await Bun.file(path).bytes();
    expect(Buffer.from(picture.subarray(0, 4)).toString("latin1")).toBe("\x89PNG");
    // A page that shows nothing is a few kilobytes.
    expect(picture.length).toBeGreaterThan(30_000);
    expect(seen.troubles).toEqual([]);
  }, 60_000);

  test("shows the user's scripts and calls them", async () => {
    await using seen = await visit(open);
    await choose(seen.page, "Your scripts");
    await seen.page.getByRole("heading", { name: "Generated API" }).waitFor();
    const response = await send(seen.page, open, "post /greet");
    expect(response.status()).toBe(200);
    expect(await response.json()).toEqual({ greets: expect.any(String) });
    expect(seen.troubles).toEqual([]);
  }, 60_000);

  test("shows those of the deployment that its address names", async () => {
    await using seen = await visit(open, `${DOCS}?subdomain=app&execId=2`);
    await choose(seen.page, "Your scripts");
    await seen.page.getByText("/elsewhere").first().waitFor();
    expect(await seen.page.getByText("/greet").count()).toBe(0);
  }, 60_000);

  test("asks for a token where the server does, and uses it for the control API only", async () => {
    await using seen = await visit(guarded);
    const { page } = seen;
    const state = page.locator("#state");
    await page.getByRole("heading", { name: "hoody-exec control API" }).waitFor();
    await state.getByText("Unauthorized: a token is required").waitFor();
    expect(await page.getByText("Your scripts").count()).toBe(0);

    await page.getByLabel("Authorization", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await state.getByText("Unauthorized: the token is not valid").waitFor();

    await page.getByLabel("Authorization", { exact: true }).fill(TOKEN);
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await state.getByText("The token is used for calls of the control API").waitFor();
    await page.getByRole("heading", { name: "hoody-exec control API" }).waitFor();
    expect((await send(page, guarded, "get /api/v1/exec/health")).status()).toBe(200);
    expect(seen.authorized.get("/api/v1/exec/user-openapi/spec")).toBe(`Bearer ${TOKEN}`);
    await page.keyboard.press("Escape");

    await choose(page, "Your scripts");
    expect((await send(page, guarded, "post /greet")).status()).toBe(200);
    expect(seen.authorized.has("/greet")).toBe(false);
    expect(await page.evaluate("JSON.stringify([localStorage, sessionStorage])")).not.toContain(TOKEN);
    expect(seen.troubles).toEqual([]);
  }, 60_000);

  test("runs no script but its own two", async () => {
    await using seen = await visit(open);
    await seen.page.getByRole("heading", { name: "hoody-exec control API" }).waitFor();
    await seen.page.evaluate(`for (const attributes of [{ textContent: "globalThis.ran = 1" }, { src: "/greet" }]) {
      document.body.append(Object.assign(document.createElement("script"), attributes));
    }`);
    await until(
      () => seen.troubles.filter((trouble) => /Content Security Policy/.test(trouble)).length,
      (refused) => refused === 2,
    );
    expect(await seen.page.evaluate("globalThis.ran")).toBeUndefined();
  }, 60_000);
});
