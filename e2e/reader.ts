// Readers with pages of their own: `ridecode validator` with a settings file, as examples/ shows it.

import { randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Decision, Program, type World } from "./world.ts";

/** A validator with a screen and a camera page. */
export class Reader {
  readonly page: string;
  #program: Program;
  #role: string[];
  #world: World;

  private constructor(page: string, program: Program, [world, role]: [World, string[]]) {
    this.page = page;
    this.#program = program;
    this.#role = role;
    this.#world = world;
  }

  /** Starts one of an operator, with what its settings file says beside scanner and address. */
  static async start(world: World, operator: number, settings: string): Promise<Reader> {
    const made = await world.staff("POST", "/v1/validators/codes", { operator });
    const folder = join(world.folder, `reader-${randomInt(1e9)}`);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "reader.toml");
    writeFileSync(file, `scanner = "http"\nlocal.listen = "127.0.0.1:0"\n${settings}`);
    const role = ["validator", "--json", "--bundle-every-s", "1", "--server", world.office];
    role.push("--register", String(made.one_time_code), "--folder", join(folder, "own"), "--config", file);
    return Reader.#run(world, role);
  }

  /** The same validator, switched on again where there is no network. */
  async withoutNetwork(): Promise<Reader> {
    await this.stop();
    return Reader.#run(this.#world, [...this.#role, "--offline"]);
  }

  static async #run(world: World, role: string[]): Promise<Reader> {
    const program = new Program(role);
    world.started.push(program);
    const page = await program.next((line) => (JSON.parse(line) as { page?: string }).page);
    return new Reader(page, program, [world, role]);
  }

  /** The next decision that is none of a repeat. */
  decision(): Promise<Decision> {
    return this.#program.next((line) => {
      const told = JSON.parse(line) as Decision;
      return "admit" in told && !told.silent ? told : undefined;
    });
  }

  /** Asks about bytes, as a scanner of another maker would. */
  async scan(code: Uint8Array<ArrayBuffer>): Promise<Decision> {
    const reply = await fetch(`${this.page}/v1/scan`, { method: "POST", body: code });
    return (await reply.json()) as Decision;
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}
