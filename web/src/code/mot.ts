// The scheme of JT/T 1179-2018 as a phone makes it (docs/code-schemes.md): the stored fields 1 to 15,
// the time, and the phone's SM2 signature over both, as bytes for a QR symbol.
//
// No clock and no storage: time and signer are arguments. The stored bytes are never written anew.

import type { Sign } from "./compact.ts";

/** Whether stored bytes are fields 1 to 15 of a code this app can finish. */
export function isMotCredential(stored: Uint8Array): boolean {
  const custom = stored[CUSTOM_LENGTH_AT] ?? 0;
  const declared = new DataView(stored.buffer, stored.byteOffset, stored.length);
  return (
    stored.length === STORED_LENGTH + custom &&
    custom <= CUSTOM_LENGTH_MAX &&
    stored[0]! >= 0x80 &&
    declared.getUint16(1) === DECLARED_LENGTH + custom &&
    stored[STORED_LENGTH + custom - 65] === SIGNATURE_FORMAT
  );
}

/**
 * The code to show at `now`, seconds since 1970. Undefined if `stored` is no credential; throws
 * RangeError before 1970 and after 2106.
 */
export async function presentMot(
  stored: Uint8Array,
  now: number,
  sign: Sign,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!isMotCredential(stored)) {
    return undefined;
  }
  if (!Number.isInteger(now) || now < 0 || now >= 2 ** 32) {
    throw new RangeError(`no code can carry the time ${now}`);
  }
  const code = new Uint8Array(stored.length + 69);
  code.set(stored);
  new DataView(code.buffer).setUint32(stored.length, now);
  const signature = await sign(code.slice(0, stored.length + 4));
  code[stored.length + 4] = SIGNATURE_FORMAT;
  code.set(signature, stored.length + 5);
  return code;
}

/** Field 13, the length of the custom bytes. */
const CUSTOM_LENGTH_AT = 197;
const CUSTOM_LENGTH_MAX = 32;
/** Fields 1 to 15 without custom bytes. */
const STORED_LENGTH = 263;
/** Field 2 without custom bytes. */
const DECLARED_LENGTH = 329;
/** In front of each signature of 64 bytes. */
const SIGNATURE_FORMAT = 0x15;
