// Which credential a code is made with, how long they last, and what the clock is off by.

import assert from "node:assert/strict";
import { test } from "node:test";

import { clockOffset, findUsable, type Kept, usableUntil, wantsMore } from "../src/credentials.ts";

const kept = (notBefore: number, expires: number): Kept => ({ bytes: new Uint8Array(), notBefore, expires });
const batch = [kept(1000, 87_400), kept(1000, 87_400), kept(1000, 87_400)];

test("without a live credential there is no code", () => {
  assert.equal(findUsable([], 5000), undefined);
  assert.equal(findUsable(batch, 999), undefined);
  assert.equal(findUsable(batch, 87_400), undefined);
  assert.equal(usableUntil([]), 0);
  assert.ok(wantsMore([], 0));
});

test("one half hour has one credential, the next another", () => {
  assert.equal(findUsable(batch, 1800), findUsable(batch, 3599));
  assert.notEqual(findUsable(batch, 3599), findUsable(batch, 3600));
});

test("more is asked for at half of their life", () => {
  assert.equal(usableUntil(batch), 87_400);
  assert.ok(!wantsMore(batch, 44_199));
  assert.ok(wantsMore(batch, 44_200));
});

test("the clock is set by the server's, noise left aside", () => {
  const check = (date: string, sent: number, received: number, expected: number | undefined) =>
    assert.equal(clockOffset(date, sent, received), expected, date);
  check("", 0, 0, undefined);
  check("Thu, 01 Jan 1970 00:00:10 GMT", 500, 400, undefined);
  check("Thu, 01 Jan 1970 00:00:10 GMT", 10_000, 10_200, 0);
  check("Thu, 01 Jan 1970 01:00:00 GMT", 0, 0, 3601);
  check("Thu, 01 Jan 1970 00:00:00 GMT", 3_600_500, 3_600_500, -3600);
});
