// This phone as the back office knows it: a key for the brand's algorithm, its number, its holder.
//
// The SM2 code is fetched only for brands that need it; most riders never load it.

import { presentMot } from "./code/mot.ts";
import { present } from "./code/compact.ts";
import { makeKey, publicPoint, signWith } from "./code/phone-key.ts";
import type { Sm2Key } from "./code/sm2-key.ts";

export type Algorithm = "es256" | "sm2";

/** A key of either algorithm. */
export type PhoneKey = { algorithm: "es256"; pair: CryptoKeyPair } | { algorithm: "sm2"; sealed: Sm2Key };

/** A registered phone. */
export interface Phone {
  key: PhoneKey;
  /** Its number at the back office. */
  device: string;
  /** Whose it is. */
  rider: string;
}

/** A new key. */
export async function makePhoneKey(algorithm: Algorithm): Promise<PhoneKey> {
  return algorithm === "es256"
    ? { algorithm, pair: await makeKey() }
    : { algorithm, sealed: await (await sm2()).makeSm2Key() };
}

/** The public point: uncompressed for P-256, compressed for SM2. */
export async function pointOf(key: PhoneKey): Promise<Uint8Array> {
  return key.algorithm === "es256" ? publicPoint(key.pair) : key.sealed.point;
}

/** Signs: r and s, 64 bytes. */
export async function signAs(key: PhoneKey, message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return key.algorithm === "es256"
    ? signWith(key.pair.privateKey, message)
    : (await sm2()).signWithSm2(key.sealed, message);
}

/**
 * The code to show at `now`, seconds since 1970: a text, or bytes for a QR symbol in byte mode.
 * Undefined if the credential is none for this key.
 */
export async function showCode(
  key: PhoneKey,
  credential: Uint8Array,
  now: number,
): Promise<string | Uint8Array | undefined> {
  const sign = (message: Uint8Array<ArrayBuffer>) => signAs(key, message);
  return key.algorithm === "es256" ? present(credential, now, sign) : presentMot(credential, now, sign);
}

function sm2() {
  return import("./code/sm2-key.ts");
}
