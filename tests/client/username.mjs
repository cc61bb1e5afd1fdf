// Says a GitHub username in a real browser: node username.mjs API PAGES GITHUB FOLDER
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [api, pages, github, folder] = process.argv.slice(2);
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
mkdirSync(folder, { recursive: true });

function equal(found, wanted, what) {
  const [is, should] = [found, wanted].map((value) => JSON.stringify(value));
  if (is !== should) throw new Error(`${what}: ${is}, not ${should}`);
  console.log(`  ${what}: ${is}`);
}

async function post(address, body, token) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/// What `ask` finds, as soon as it finds something.
async function until(what, ask) {
  for (let look = 0; look < 150; look += 1) {
    const found = await ask();
    if (found) return found;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new Error(`${what} never came`);
}

const { token } = await post(`${pages}/mint`, { email: "recruiter1@local.test", role: "recruiter" });
const simulation = await post(
  `${api}/api/simulations`,
  { title: "Payments API", role: "Backend Engineer", techStack: "Python", seniority: "Mid" },
  token,
);
const invite = { candidateName: "Ada Example", inviteEmail: "ada@example.com" };
await post(`${api}/api/simulations/${simulation.id}/invite`, invite, token);
const mailId = await until("the mail", async () => (await (await fetch(`${pages}/mail.json`)).json())[0]?.id);

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const complaints = [];
try {
  // A phone, without scripts.
  const context = await browser.newContext({
    viewport: { width: 320, height: 900 },
    javaScriptEnabled: false,
  });
  const page = await context.newPage();
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("request", (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === api && !pathname.startsWith("/api/candidate/github/")) complaints.push(request.url());
  });

  await page.goto(`${pages}/mail/${mailId}`);
  const links = await page.locator("a").evaluateAll((all) => all.map((a) => a.href));
  const link = links.find((one) => one.startsWith(`${api}/api/candidate/github/`));
  if (!link) throw new Error(`the mail has no link to the page: ${links}`);
  complaints.length = 0;

  const shown = await page.goto(link);
  equal(shown.status(), 200, "status of the page");
  equal(await page.title(), "Your GitHub username – Tenon", "title");
  const field = page.getByLabel("GitHub username");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  equal(width, 320, "width of the page on a phone");
  const color = await page.locator("button").evaluate((it) => getComputedStyle(it).backgroundColor);
  equal(color, "rgb(67, 56, 202)", "colour of the button");
  await page.screenshot({ path: `${folder}/page.png`, fullPage: true });

  await field.fill("ada_l");
  const [refused] = await Promise.all([page.waitForNavigation(), page.getByRole("button").click()]);
  equal(refused.status(), 400, "status of a name that GitHub never gives");
  equal(await page.getByRole("alert").count(), 1, "messages beside the field");
  equal(await field.getAttribute("aria-describedby"), "wrong hint", "what describes the field");
  await page.screenshot({ path: `${folder}/refused.png`, fullPage: true });

  await field.fill("Ada-L");
  await page.keyboard.press("Enter");
  await page.getByRole("status").waitFor();
  const told = await page.getByRole("status").locator("p").first().innerText();
  equal(told, "Thank you. We have noted Ada-L.", "what is said after saving");
  const invitations = await page.getByRole("status").locator("a").evaluateAll((all) => all.map((a) => a.href));
  equal(invitations.length, 2, "links to invitations");
  await page.screenshot({ path: `${folder}/saved.png`, fullPage: true });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.screenshot({ path: `${folder}/wide.png`, fullPage: true });
  // It tells of the refusal, and of nothing else.
  const refusal = "console: Failed to load resource: the server responded with a status of 400 (Bad Request)";
  equal(complaints, [refusal], "complaints of the browser");

  for (const invitation of invitations) {
    const name = new URL(invitation).pathname.replace("/invitations", "");
    const address = `${github}_${name}`;
    await until(`an invitation to ${name}`, async () => {
      const answer = await page.goto(address);
      if (answer.status() !== 200) return false;
      const row = page.locator("tr", { hasText: "Ada-L" });
      return (await row.count()) === 1 && (await row.innerText()).includes("invited");
    });
    equal(await page.locator("tr", { hasText: "Ada-L" }).innerText(), "Ada-L\twrite\tinvited", "at the repository");
  }
  await page.screenshot({ path: `${folder}/repository.png`, fullPage: true });
} finally {
  await browser.close();
}
