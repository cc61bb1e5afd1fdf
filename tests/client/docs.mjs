// Reads /docs in a real browser: node docs.mjs API PAGES FOLDER
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [api, pages, folder] = process.argv.slice(2);
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
mkdirSync(folder, { recursive: true });

const methods = ["get", "put", "post", "delete", "patch"];
const document = await (await fetch(`${api}/api/openapi.json`)).json();
const expected = Object.values(document.paths)
  .flatMap((item) => methods.map((method) => item[method]?.operationId))
  .filter(Boolean)
  .sort();
const minted = await fetch(`${pages}/mint`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ email: "recruiter1@local.test", role: "recruiter" }),
});
const { token } = await minted.json();

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const complaints = [];

async function open(path) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== new URL(api).origin) {
      complaints.push(`elsewhere: ${request.url()}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 300) complaints.push(`${response.status()}: ${response.url()}`);
  });
  const answer = await page.goto(`${api}${path}`);
  equal(answer.status(), 200, `status of ${path}`);
  await page.waitForSelector(".opblock");
  return page;
}

function equal(found, wanted, what) {
  const [is, should] = [found, wanted].map((value) => JSON.stringify(value));
  if (is !== should) throw new Error(`${what}: ${is}, not ${should}`);
  console.log(`  ${what}: ${is.length > 60 ? `${wanted.length} as expected` : is}`);
}

/// Opens an operation, tries it out and says the status of the live answer.
async function tried(page, id) {
  const block = page.locator(`.opblock[id$="-${id}"]`);
  await block.locator(".opblock-summary-control").click();
  await block.locator("button.execute").click();
  const status = block.locator(".live-responses-table tbody .response-col_status").first();
  await status.waitFor();
  return Number.parseInt(await status.innerText(), 10);
}

try {
  for (const path of ["/docs", "/docs/"]) {
    const page = await open(path);
    const ids = await page.locator(".opblock").evaluateAll((blocks) => blocks.map((block) => block.id));
    equal(ids.map((id) => id.replace(/^operations-[^-]+-/, "")).sort(), expected, `operations of ${path}`);
    await page.screenshot({ path: `${folder}/page.png` });

    equal(await tried(page, "getHealth"), 200, "GET /health, tried out");
    await page.locator("button.authorize").first().click();
    const bearer = page.locator(".modal-ux .auth-container", { hasText: "bearer" });
    await bearer.locator("input").fill(token);
    await bearer.locator("button.authorize").click();
    await page.screenshot({ path: `${folder}/authorized.png` });
    await page.locator(".modal-ux button.btn-done").first().click();
    equal(await tried(page, "listSimulations"), 200, "GET /api/simulations with a token");
    await page.locator('.opblock[id$="-listSimulations"]').scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${folder}/tried.png` });
    await page.close();
  }
  equal(complaints, [], "complaints of the browser");
} finally {
  await browser.close();
}
