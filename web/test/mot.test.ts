// Codes of JT/T 1179 made in TypeScript against the vectors that Rust reads.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sm2 } from "sm-crypto-v2";

import { isMotCredential, presentMot } from "../src/code/mot.ts";
import { makeSm2Key, signSm2, signWithSm2 } from "../src/code/sm2-key.ts";
import { codes, hex } from "./vectors.ts";

/** The good codes whose phone signs under the default identity. */
const good = codes.cases.filter(({ expected, keys }) => expected?.scheme === "mot" && keys === "mot");
const BEHIND = 69;

/** Whether a signature holds under the default identity. */
function holds(message: Uint8Array, signature: Uint8Array, point: string): boolean {
  const options = { hash: true, userId: "1234567812345678", der: false };
  return sm2.doVerifySignature(message, Buffer.from(signature).toString("hex"), point, options);
}

test("the vectors' phone signatures cover what this app signs", async () => {
  assert.ok(good.length >= 1);
  for (const { name, input, expected } of good) {
    const code = hex(input);
    const stored = code.subarray(0, code.length - BEHIND);
    assert.ok(expected && isMotCredential(stored), name);
    let signed: Uint8Array | undefined;
    const again = await presentMot(stored, expected.generated, async (message) => {
      signed = message;
      return code.slice(-64);
    });
    assert.deepEqual(again, code, name);
    assert.ok(signed && holds(signed, code.subarray(-64), expected.device_key), name);
  }
});

test("what this app signs holds under the phone's key", async () => {
  const { input, expected } = good[0]!;
  const stored = hex(input).slice(0, -BEHIND);
  const secret = hex(codes.secrets.mot_device ?? "");
  const code = await presentMot(stored, 1767225601, async (message) => signSm2(secret, message));
  assert.ok(code && expected);
  assert.ok(holds(code.subarray(0, -65), code.subarray(-64), expected.device_key));
  assert.ok(!holds(code.subarray(1, -65), code.subarray(-64), expected.device_key));
});

test("a kept key signs, and its secret cannot be exported", async () => {
  const key = await makeSm2Key();
  const message = new TextEncoder().encode("ridecode device");
  const signature = await signWithSm2(key, message);
  assert.equal(signature.length, 64);
  assert.ok(holds(message, signature, Buffer.from(key.point).toString("hex")));
  await assert.rejects(crypto.subtle.exportKey("raw", key.wrapping));
});

test("bytes that are no credential are refused", async () => {
  const stored = hex(good[0]!.input).slice(0, -BEHIND);
  for (let length = 0; length < stored.length; length += 1) {
    assert.ok(!isMotCredential(stored.subarray(0, length)), `cut off after ${length} bytes`);
  }
  assert.ok(!isMotCredential(Uint8Array.from([...stored, 0])), "one byte more");
  for (const at of [0, 1, 2, 197, stored.length - 65]) {
    const changed = Uint8Array.from(stored, (byte, place) => (place === at ? byte ^ 0x80 : byte));
    assert.ok(!isMotCredential(changed), `byte ${at}`);
  }
  const sign = async () => new Uint8Array(64);
  assert.equal(await presentMot(stored.subarray(1), 0, sign), undefined);
  for (const now of [-1, 2 ** 32, 0.5, Number.NaN]) {
    await assert.rejects(presentMot(stored, now, sign), RangeError, String(now));
  }
});
