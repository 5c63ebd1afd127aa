// The world of the browser tests: `ridecode demo --empty`, and validators that read its pictures.
//
// Every program is the real one. What the tests know of it they read as a person would: from what
// the program prints, from its settings file, from the provider's list of sent messages.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { type Page, expect, test as base } from "@playwright/test";
import { Secret, TOTP } from "otpauth";

/** A decision as the validator prints it. */
export interface Decision {
  admit: boolean;
  outcome: string;
  /** Whether nothing was shown of it: a repeat within seconds. */
  silent?: boolean;
}

/** A program whose lines are waited for. */
export class Program {
  #child: ChildProcess;
  #lines: string[] = [];
  #waiting: (() => void)[] = [];
  #over = false;

  constructor(role: string[]) {
    this.#child = spawn(PROGRAM, role, { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: this.#child.stdout! });
    lines.on("line", (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    lines.on("close", () => {
      this.#over = true;
      this.#wake();
    });
  }

  /** The first line from now on that `find` makes something of. */
  async next<T>(find: (line: string) => T | undefined): Promise<T> {
    for (;;) {
      while (this.#lines.length > 0) {
        const found = find(this.#lines.shift()!);
        if (found !== undefined) {
          return found;
        }
      }
      if (this.#over) {
        throw new Error(`ridecode ended before it said what was waited for`);
      }
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.#child.exitCode === null && this.#child.kill("SIGINT")) {
      await ended;
    }
  }

  #wake(): void {
    this.#waiting.splice(0).forEach((wake) => wake());
  }
}

/** A validator that reads pictures from a folder. */
export class Validator {
  #program: Program;
  #pictures: string;
  #shown = 0;

  constructor(program: Program, pictures: string) {
    this.#program = program;
    this.#pictures = pictures;
  }

  /** Shows it a picture, as the pixels are, and waits for its lamp. */
  async scan(picture: Buffer): Promise<Decision> {
    const name = join(this.#pictures, `${(this.#shown += 1)}`);
    writeFileSync(`${name}.partial`, picture);
    renameSync(`${name}.partial`, `${name}.png`);
    return this.#program.next((line) => {
      const told = JSON.parse(line) as Decision;
      return "admit" in told ? told : undefined;
    });
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}

/** Back office, provider and validators. */
export class World {
  readonly folder: string;
  readonly office: string;
  readonly provider: string;
  /** The password of everybody who works in the demo. */
  readonly password: string;
  #demo: Program;
  #validators: Validator[] = [];
  /** Programs that tests started beside it. */
  readonly started: Program[] = [];
  /** The newest step of 30 seconds whose code was used, by name. */
  #steps = new Map<string, number>();

  private constructor(folder: string, demo: Program, [office, password, provider]: [string, string, string]) {
    this.folder = folder;
    this.office = office;
    this.password = password;
    this.provider = provider;
    this.#demo = demo;
  }

  /** An empty office, or one where the morning of the demo was played. */
  static async start(played: "empty" | "morning" = "empty"): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "ridecode-e2e-"));
    const how = played === "empty" ? ["--empty"] : [];
    const demo = new Program(["demo", ...how, "--folder", join(folder, "demo")]);
    const address = (name: string) =>
      demo.next((line) => new RegExp(`^ *${name} .*?(http://[0-9.:]+)`).exec(line)?.[1]);
    const office = await address("rider's app");
    const password = await demo.next((line) => /^ *password +(\S+)/.exec(line)?.[1]);
    const provider = await address("payment provider");
    return new World(folder, demo, [office, password, provider]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#validators.map((validator) => validator.stop()));
    // Those of tests that failed are still at work.
    await Promise.all(this.started.map((program) => program.stop()));
    await this.#demo.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A metro gate. */
  gate(passage: "in" | "out", stop: string): Promise<Validator> {
    return this.validator(1, `mode=metro,passage=${passage},stop=${stop}`);
  }

  /** A validator, registered as its operator would register it. */
  async validator(operator: number, place: string): Promise<Validator> {
    const made = await this.staff("POST", "/v1/validators/codes", { operator });
    return this.validatorWith(String(made.one_time_code), place);
  }

  /** A validator that registers with a one-time code somebody gave it. */
  async validatorWith(oneTimeCode: string, place: string): Promise<Validator> {
    const folder = join(this.folder, `validator-${randomInt(1e9)}`);
    const pictures = join(folder, "pictures");
    mkdirSync(pictures, { recursive: true });
    const role = ["validator", "--json", "--bundle-every-s", "1", "--server", this.office];
    role.push("--register", oneTimeCode, "--folder", folder, "--place", place);
    const program = new Program([...role, "--scanner", `image:${pictures}`]);
    await program.next((line) => ("ready" in (JSON.parse(line) as object) ? true : undefined));
    const validator = new Validator(program, pictures);
    this.#validators.push(validator);
    return validator;
  }

  /** Signs somebody of the demo in at the console: `operator`, `agent`, `accountant`, … */
  async signIn(page: Page, role: string): Promise<void> {
    await page.goto(`${this.office}/console`);
    await page.locator("input[autocomplete=username]").fill(`demo-${role}`);
    await page.locator("input[type=password]").fill(this.password);
    await page.locator("input[autocomplete=one-time-code]").fill(await this.oneTimeCode(role));
    await page.locator("form button").click();
    await expect(page.getByRole("navigation")).toBeVisible();
  }

  /** A one-time code nobody used yet, by an authenticator that is not ours. */
  async oneTimeCode(role: string): Promise<string> {
    const own = this.#settings().split("[[staff]]").find((part) => part.includes(`name = "demo-${role}"`));
    const secret = Secret.fromBase32(/totp = "([A-Z2-7]+)"/.exec(own ?? "")?.[1] ?? "");
    const now = () => Math.floor(Date.now() / 30_000);
    const step = Math.max(now(), (this.#steps.get(role) ?? 0) + 1);
    // The server takes the code of the next step, and no later one.
    await expect.poll(() => step - now(), { timeout: 60_000 }).toBeLessThanOrEqual(1);
    this.#steps.set(role, step);
    return new TOTP({ secret }).generate({ timestamp: step * 30_000 });
  }

  #settings(): string {
    return readFileSync(join(this.folder, "demo", "ridecode.toml"), "utf8");
  }

  /** A request as the staff of the demo. */
  async staff(method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
    const settings = this.#settings();
    const token = /token = "([0-9a-f]+)"/.exec(settings)?.[1];
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const reply = await fetch(this.office + path, { method, headers, body: JSON.stringify(body) });
    expect(reply.ok, `${method} ${path}: ${reply.status}`).toBe(true);
    return (await reply.json()) as Record<string, unknown>;
  }

  /** Sets what is in the wallet of the rider a page is signed in as, in fen. */
  async setWallet(page: Page, balance: number): Promise<void> {
    const rider = await page.evaluate(async () => (await (await fetch("/v1/riders/me")).json()).rider);
    const path = `/control/wallets/ridecode-${rider}`;
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ balance_minor: balance });
    const reply = await fetch(this.provider + path, { method: "POST", headers, body });
    expect(reply.ok, `${path}: ${await reply.text()}`).toBe(true);
  }

  /** The digits last sent to a phone. */
  async smsCode(phone: string): Promise<string> {
    let digits: string | undefined;
    await expect(async () => {
      const reply = await fetch(`${this.provider}/control/sms`);
      const messages = (await reply.json()) as { to: string; text: string }[];
      const own = messages.filter(({ to }) => to.endsWith(phone)).map(({ text }) => text);
      // The newest comes first.
      digits = own.map((text) => /\b\d{6}\b/.exec(text)?.[0]).find((found) => found !== undefined);
      expect(digits, `an SMS to ${phone}`).toBeDefined();
    }).toPass({ timeout: 15_000 });
    return digits!;
  }
}

/** A local time so many milliseconds from now, as a browser in China writes it. */
export function localTime(offset: number): string {
  return new Date(Date.now() + 8 * 3_600_000 + offset).toISOString().slice(0, 16);
}

/** A phone number nobody has used before. */
export function newNumber(): string {
  return `138${String(randomInt(1e8)).padStart(8, "0")}`;
}

/** What a decoder that is not ours reads from a picture; undefined if nothing. */
export function decoded(picture: Buffer): string | undefined {
  try {
    return execFileSync("zbarimg", ["--raw", "-q", "-"], { input: picture, encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/** From the first opening of the app to a shown code. Tells how many taps it took. */
export async function enroll(page: Page, world: World, brand = "廣州地鐵", phone = newNumber()): Promise<number> {
  let taps = 0;
  const tap = async (name: RegExp) => {
    await page.getByRole("button", { name }).first().click();
    taps += 1;
  };
  await page.goto(world.office);
  await tap(new RegExp(`^Choose ${brand}`));
  await page.getByRole("textbox", { name: "Phone number" }).fill(phone);
  await tap(/Send the code/);
  await expect(page.getByRole("textbox", { name: "Code from the SMS" })).toBeVisible();
  await page.getByRole("textbox", { name: "Code from the SMS" }).fill(await world.smsCode(phone));
  await tap(/Sign in/);
  await tap(/Agree and sign/);
  await page.waitForURL(/\/sign\//);
  await tap(/Agree and sign|同意并签约/);
  await expect(code(page)).toBeVisible();
  return taps;
}

/** Signs in on a page with a number that has an account; the brand is chosen on the way. */
export async function signIn(page: Page, world: World, phone: string, brand = "廣州地鐵"): Promise<void> {
  await page.goto(world.office);
  await page.getByRole("button", { name: new RegExp(`^Choose ${brand}`) }).first().click();
  await page.getByRole("textbox", { name: "Phone number" }).fill(phone);
  await page.getByRole("button", { name: "Send the code" }).click();
  const digits = page.getByRole("textbox", { name: "Code from the SMS" });
  await expect(digits).toBeVisible();
  await digits.fill(await world.smsCode(phone));
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Looks a rider up as an agent does. */
export async function find(page: Page, office: string, phone: string, why: string): Promise<void> {
  await page.goto(`${office}/console#/riders`);
  await page.locator("input[type=tel]").fill(phone);
  await page.locator("main form input").nth(1).fill(why);
  await page.locator("main form button").click();
  await expect(page.locator(".figures")).toBeVisible();
}

/** The code on the screen. */
export function code(page: Page) {
  return page.getByRole("img", { name: /Ride code/ });
}

/** The code's pixels as the screen shows them. */
export async function picture(page: Page): Promise<Buffer> {
  await expect(code(page)).toBeVisible();
  return code(page).screenshot();
}

/** Waits until the code on the screen is another one. */
export async function nextCode(page: Page): Promise<void> {
  const path = () => code(page).locator("path").getAttribute("d");
  const before = await path();
  await expect.poll(path, { timeout: 20_000 }).not.toBe(before);
}

/** One world for all tests of a worker. */
export const test = base.extend<object, { world: World }>({
  world: [
    async ({}, use) => {
      const world = await World.start();
      await use(world);
      await world.stop();
    },
    { scope: "worker" },
  ],
});

const PROGRAM = process.env.PROGRAM_UNDER_TEST ?? "../target/debug/ridecode";
