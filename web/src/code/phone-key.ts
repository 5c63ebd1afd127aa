// The phone's key: P-256, made by WebCrypto so that no script, this one included, can read it.

const ES256 = { name: "ECDSA", hash: "SHA-256" };
const P256 = { name: "ECDSA", namedCurve: "P-256" };

/** A new key whose secret cannot leave the browser. */
export function makeKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(P256, false, ["sign", "verify"]);
}

/** The public point, uncompressed, 65 bytes. */
export async function publicPoint(key: CryptoKeyPair): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.exportKey("raw", key.publicKey));
}

/** Signs with ECDSA and SHA-256: r and s, 64 bytes. */
export async function signWith(key: CryptoKey, message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(ES256, key, message));
}

/**
 * What a phone signs to show that it holds its key: `ridecode device`, the rider's number
 * (16 hex digits) as 8 bytes, and the session's nonce of 32 bytes.
 */
export function proofMessage(rider: string, nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  const words = new TextEncoder().encode("ridecode device");
  const message = new Uint8Array(words.length + 8 + nonce.length);
  message.set(words);
  new DataView(message.buffer).setBigUint64(words.length, BigInt(`0x${rider}`));
  message.set(nonce, words.length + 8);
  return message;
}
