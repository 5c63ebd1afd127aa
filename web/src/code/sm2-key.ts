// A phone's SM2 key for codes of JT/T 1179. WebCrypto knows no SM2, so the secret is kept encrypted
// under an AES key that no script can read, and is in the clear only while a signature is made.
//
// That is less than a P-256 key has, which never leaves the browser's own keeping.

import { sm2 } from "sm-crypto-v2";

/** What is kept: the public point, and the secret as only this browser can open it. */
export interface Sm2Key {
  /** Compressed, 33 bytes. */
  point: Uint8Array<ArrayBuffer>;
  /** AES-256-GCM, not extractable. */
  wrapping: CryptoKey;
  iv: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
}

/** A new key. */
export async function makeSm2Key(): Promise<Sm2Key> {
  const { privateKey, publicKey } = sm2.generateKeyPairHex();
  const wrapping = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const secret = fromHex(privateKey);
  const wrapped = await crypto.subtle.encrypt({ name: AES, iv }, wrapping, secret);
  secret.fill(0);
  return { point: fromHex(sm2.compressPublicKeyHex(publicKey)), wrapping, iv, wrapped };
}

/** Signs with SM2 and SM3 under the identity `1234567812345678`: r and s, 64 bytes. */
export async function signWithSm2(key: Sm2Key, message: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { wrapping, iv, wrapped } = key;
  const secret = new Uint8Array(await crypto.subtle.decrypt({ name: AES, iv }, wrapping, wrapped));
  try {
    return signSm2(secret, message);
  } finally {
    secret.fill(0);
  }
}

/** Signs with a secret of 32 bytes. */
export function signSm2(secret: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const options = { hash: true, userId: IDENTITY, der: false };
  return fromHex(sm2.doSignature(message, hex(secret), options));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

const AES = "AES-GCM";

/** GB/T 32918.2 section 5.5: the identity of phones whose issuers name no other. */
const IDENTITY = "1234567812345678";
