// The validator's screen: which face an answer gives, and which codes are asked about.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Answer, State } from "../src/validator/device.ts";
import { age, restingOf, shownOf, yuan } from "../src/validator/face.ts";
import { isNews } from "../src/validator/sight.ts";

test("every answer has its face, and what is no news has none", () => {
  const check = (answer: Answer | undefined, expected: string | undefined) => {
    assert.equal(shownOf(answer)?.face, expected, JSON.stringify(answer));
  };
  const words = { shown: "x", shown_zh: "x" };
  check(undefined, "off");
  check({ ...words, outcome: "out_of_order", admit: false }, "off");
  check({ ...words, admit: false, outcome: "stale_time" }, "no");
  check({ ...words, admit: false, silent: true }, undefined);
  check({ ...words, admit: true, outcome: "admit" }, "yes");
  check({ ...words, voided: 3 }, "back");
  check({ passed: 3 }, undefined);
  check({}, undefined);
});

test("what stops a validator stays on its screen", () => {
  const state = (word: string, stops: boolean) => ({ ailments_shown: [{ word, zh: "坏", en: "bad", stops }] }) as State;
  assert.equal(restingOf(undefined), undefined);
  assert.equal(restingOf(state("list_old", false)), undefined);
  assert.equal(restingOf(state("disk_fails", true))?.answer.shown_zh, "坏");
});

test("one code in sight is asked about once within the silent time", () => {
  const [one, other] = [Uint8Array.of(1, 2), Uint8Array.of(1, 3)];
  const last = { code: one, at: 1000 };
  assert.equal(isNews(one, undefined, 1000, 3000), true);
  assert.equal(isNews(one, last, 1001, 3000), false);
  assert.equal(isNews(one, last, 3999, 3000), false);
  assert.equal(isNews(one, last, 4000, 3000), true);
  assert.equal(isNews(other, last, 1001, 3000), true);
  assert.equal(isNews(Uint8Array.of(1, 2, 3), last, 1001, 3000), true);
});

test("amounts and ages are as people read them", () => {
  assert.equal(yuan(0), "¥0.00");
  assert.equal(yuan(205), "¥2.05");
  assert.equal(age(-5).en, "0 min");
  assert.equal(age(7199).zh, "119 分钟");
  assert.equal(age(7200).en, "2 h");
  assert.equal(age(48 * 3600).en, "2 days");
});
