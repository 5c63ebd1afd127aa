// The compact scheme R1 as a phone makes it (docs/code-schemes.md): the stored credential, the time,
// and the phone's signature over both, as text for a QR symbol.
//
// No clock and no storage: time and signer are arguments. The credential's bytes are carried as
// they came and never written anew.

import { encode } from "./base45.ts";
import { arrayHead, byteString, findByteString, join, text, unsigned } from "./cbor.ts";

/** Signs bytes with the phone's P-256 key: ECDSA with SHA-256, r and s as 64 raw bytes. */
export type Sign = (message: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** A stored credential in its two parts. */
export interface Credential {
  /** Deterministic CBOR, signed by the issuer. */
  level1: Uint8Array;
  /** The issuer's signature, 64 bytes. */
  signature1: Uint8Array;
}

/** Takes a stored credential apart; undefined if the bytes are none that this app can sign for. */
export function splitCredential(bytes: Uint8Array): Credential | undefined {
  const level1 = findByteString(bytes, 0);
  const signature1 = level1 && findByteString(bytes, level1.next);
  if (!level1 || !signature1 || signature1.next !== bytes.length) {
    return undefined;
  }
  const profile = level1.content[1];
  if (signature1.content.length !== 64 || profile === undefined || !PHONE_ES256.includes(profile)) {
    return undefined;
  }
  return { level1: level1.content, signature1: signature1.content };
}

/** What the phone signs: the COSE Sig_structure (RFC 9052 section 4.4) under header {1: -7}. */
export function deviceInput(credential: Credential, level2: Uint8Array): Uint8Array<ArrayBuffer> {
  const context = new TextEncoder().encode("ridecode/1/L2");
  return join(
    arrayHead(4),
    text("Signature1"),
    byteString(PROTECTED),
    byteString(join(context, credential.level1, credential.signature1)),
    byteString(level2),
  );
}

/**
 * The code to show at `now`, seconds since 1970: `R1:` and base45.
 * Undefined if `stored` is no credential; throws RangeError before 1970 and after 2106.
 */
export async function present(stored: Uint8Array, now: number, sign: Sign): Promise<string | undefined> {
  const credential = splitCredential(stored);
  if (!credential) {
    return undefined;
  }
  const level2 = join(arrayHead(1), unsigned(now));
  const signature2 = await sign(deviceInput(credential, level2));
  return `R1:${encode(join(arrayHead(4), stored, byteString(level2), byteString(signature2)))}`;
}

/** Profiles whose phones sign with ES256. */
const PHONE_ES256 = [1, 2];

/** The protected header {1: -7}: ES256. */
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x26);
