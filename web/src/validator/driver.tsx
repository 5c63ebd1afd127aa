// The driver's desk: signing on to a line, taking the last accept back.

import { render } from "preact";
import { useState } from "preact/hooks";

import { ask } from "./device.ts";
import "./driver.css";

function Driver() {
  const [told, setTold] = useState("");
  const send = async (event: SubmitEvent, fields: string[], request: (form: FormData) => Promise<string>) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const missing = fields.filter((name) => form.get(name) === "");
    setTold(missing.length > 0 ? `✕ ${missing.join(", ")}: 请填写 fill it in` : await request(form));
  };
  return (
    <main>
      <h1>
        司机 <span lang="en">Driver</span>
      </h1>
      <form onSubmit={(event) => send(event, ["line"], signOn)}>
        <label>
          线路 <span lang="en">Line</span>
          <input name="line" required maxLength={255} />
        </label>
        <label>
          方向 <span lang="en">Direction</span>
          <select name="direction">
            <option value="">—</option>
            <option>0</option>
            <option>1</option>
          </select>
        </label>
        <label>
          车辆 <span lang="en">Vehicle</span>
          <input name="vehicle" maxLength={255} />
        </label>
        <label>
          票价（分） <span lang="en">Flat fare (fen)</span>
          <input name="fare_minor" inputMode="numeric" pattern="[0-9]*" />
        </label>
        <button>
          签到 <span lang="en">Sign on</span>
        </button>
      </form>
      <form onSubmit={(event) => send(event, [], takeBack)}>
        <label>
          撤销最近一次刷码 <span lang="en">Take the last accept back</span>
          <select name="reason">
            {REASONS.map(([reason, zh, en]) => (
              <option value={reason} key={reason}>
                {zh} {en}
              </option>
            ))}
          </select>
        </label>
        <button>
          撤销 <span lang="en">Undo</span>
        </button>
      </form>
      <output aria-live="polite">{told}</output>
    </main>
  );
}

async function signOn(form: FormData): Promise<string> {
  const text = (name: string) => String(form.get(name) ?? "");
  const place: Record<string, unknown> = {};
  for (const key of ["line", "vehicle"]) {
    if (text(key) !== "") {
      place[key] = text(key);
    }
  }
  for (const key of ["direction", "fare_minor"]) {
    if (text(key) !== "") {
      place[key] = Number(text(key));
    }
  }
  const answer = await ask("PUT", "/v1/place", place);
  return "done" in answer ? "✓ 已签到 Signed on" : `✕ ${answer.refused}`;
}

async function takeBack(form: FormData): Promise<string> {
  const answer = await ask("POST", "/v1/undo", { reason: form.get("reason") });
  return "done" in answer ? `✓ 已撤销 Taken back #${String(answer.done.voided)}` : `✕ ${answer.refused}`;
}

const REASONS = [
  ["rider_left", "乘客未乘车", "Rider did not ride"],
  ["accepted_twice", "重复扣费", "Accepted twice"],
  ["wrong_place", "线路或票价有误", "Line or fare was set wrong"],
  ["driver", "其他", "Other"],
] as const;

const page = document.getElementById("page");
if (page) {
  render(<Driver />, page);
}
