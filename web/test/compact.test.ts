// Codes made in TypeScript against the vectors that Rust reads.

import assert from "node:assert/strict";
import { ECDH } from "node:crypto";
import { test } from "node:test";

import { encode } from "../src/code/base45.ts";
import { findByteString, unsigned } from "../src/code/cbor.ts";
import { deviceInput, present, splitCredential } from "../src/code/compact.ts";
import { makeKey, proofMessage, publicPoint, signWith } from "../src/code/phone-key.ts";
import { base45, codes, hex, type CodeCase } from "./vectors.ts";

const ES256_PHONES = ["compact_es256", "compact_eddsa"];
const ES256 = { name: "ECDSA", hash: "SHA-256" };
const P256 = { name: "ECDSA", namedCurve: "P-256" };

/** The compact codes of the vectors that are good and whose phone signs with ES256. */
const good = codes.cases.filter(({ expected, keys }) => expected && ES256_PHONES.includes(keys));

/** A code in its parts: the credential as stored, what the phone signed, its signature. */
function parts(vector: CodeCase) {
  const code = hex(vector.input);
  const level1 = findByteString(code, 1);
  const signature1 = level1 && findByteString(code, level1.next);
  const level2 = signature1 && findByteString(code, signature1.next);
  const signature2 = level2 && findByteString(code, level2.next);
  assert.ok(signature1 && level2 && signature2, vector.name);
  assert.equal(signature2.next, code.length, vector.name);
  return { stored: code.subarray(1, signature1.next), level2: level2.content, signature2: signature2.content };
}

function devicePublic(compressed: string): Promise<CryptoKey> {
  const point = ECDH.convertKey(hex(compressed), "prime256v1", undefined, undefined, "uncompressed");
  return crypto.subtle.importKey("raw", new Uint8Array(point as Buffer), P256, true, ["verify"]);
}

async function deviceSecret(compressed: string): Promise<CryptoKey> {
  const jwk = await crypto.subtle.exportKey("jwk", await devicePublic(compressed));
  const d = Buffer.from(hex(codes.secrets.compact_device ?? "")).toString("base64url");
  return crypto.subtle.importKey("jwk", { ...jwk, d, key_ops: ["sign"] }, P256, false, ["sign"]);
}

test("bytes that are no credential are refused", () => {
  const stored = parts(good[0]!).stored;
  const check = (name: string, bytes: Uint8Array) =>
    assert.equal(splitCredential(bytes), undefined, name);
  check("nothing", new Uint8Array());
  for (let length = 0; length < stored.length; length += 1) {
    check(`cut off after ${length} bytes`, stored.subarray(0, length));
  }
  check("one byte more", Uint8Array.from([...stored, 0]));
  check("a text string", Uint8Array.from(stored, (byte, at) => (at === 0 ? byte | 0x20 : byte)));
  check("a length in two bytes", Uint8Array.of(0x58, 0x05, 1, 2, 3, 4, 5));
  check("an unknown profile", Uint8Array.from(stored, (byte, at) => (at === 3 ? 5 : byte)));
  const sm2 = codes.cases.find(({ keys, expected }) => expected && keys === "compact_sm2");
  assert.ok(sm2);
  check("a credential for an SM2 phone", parts(sm2).stored);
});

test("times a code cannot carry are refused", async () => {
  const { stored } = parts(good[0]!);
  const sign = async () => new Uint8Array(64);
  for (const now of [-1, 2 ** 32, 0.5, Number.NaN]) {
    await assert.rejects(present(stored, now, sign), RangeError, String(now));
  }
  assert.equal(await present(new Uint8Array(3), 0, sign), undefined);
});

test("base45 is the vectors'", () => {
  for (const { name, bytes, text } of base45.texts) {
    assert.equal(encode(hex(bytes)), text, name);
  }
  const compact = codes.cases.filter(({ text }) => text !== undefined);
  assert.ok(compact.length > 10);
  for (const { name, input, text } of compact) {
    assert.equal(`R1:${encode(hex(input))}`, text, name);
  }
});

test("the vectors' phone signatures cover what this app signs", async () => {
  assert.ok(good.length >= 4);
  for (const vector of good) {
    const { stored, level2, signature2 } = parts(vector);
    const credential = splitCredential(stored);
    assert.ok(credential && vector.expected, vector.name);
    const key = await devicePublic(vector.expected.device_key);
    const message = deviceInput(credential, level2);
    const signature = new Uint8Array(signature2);
    assert.ok(await crypto.subtle.verify(ES256, key, signature, message), vector.name);
    message[message.length - 1]! ^= 1;
    assert.ok(!(await crypto.subtle.verify(ES256, key, signature, message)), vector.name);
  }
});

test("a code made here is the vector's, but for the phone's signature", async () => {
  for (const vector of good.filter(({ input }) => parts({ name: "", keys: "", input }).level2[0] === 0x81)) {
    const { stored, level2, signature2 } = parts(vector);
    assert.ok(vector.expected);
    const key = await deviceSecret(vector.expected.device_key);
    let signed = new Uint8Array();
    const text = await present(stored, vector.expected.generated, async (message) => {
      signed = new Uint8Array(await signWith(key, message));
      return signed;
    });
    const code = hex(vector.input);
    code.set(signed, code.length - 64);
    assert.equal(text, `R1:${encode(code)}`, vector.name);
    assert.equal(signature2.length, 64);
    const credential = splitCredential(stored);
    assert.ok(credential);
    const checker = await devicePublic(vector.expected.device_key);
    assert.ok(await crypto.subtle.verify(ES256, checker, signed, deviceInput(credential, level2)));
  }
});

test("numbers take the shortest head", () => {
  const check = (value: number, expected: string) =>
    assert.equal(Buffer.from(unsigned(value)).toString("hex"), expected);
  check(0, "00");
  check(23, "17");
  check(24, "1818");
  check(255, "18ff");
  check(256, "190100");
  check(65_535, "19ffff");
  check(65_536, "1a00010000");
  check(2 ** 32 - 1, "1affffffff");
});

test("the phone's key proves itself and cannot be read", async () => {
  const key = await makeKey();
  assert.equal(key.privateKey.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("jwk", key.privateKey));
  assert.equal((await publicPoint(key)).length, 65);
  const nonce = Uint8Array.from({ length: 32 }, (_, at) => at);
  const signature = new Uint8Array(await signWith(key.privateKey, proofMessage("00000000000000ff", nonce)));
  const message = Buffer.concat([Buffer.from("ridecode device"), hex("00000000000000ff"), nonce]);
  assert.ok(await crypto.subtle.verify(ES256, key.publicKey, signature, new Uint8Array(message)));
});
