// Base45 (RFC 9285): two bytes become three characters of QR's alphanumeric set.
//
// Only writing: a phone shows codes and never reads one.

/** The text that carries `bytes`. */
export function encode(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const high = bytes[at]!;
    const low = bytes[at + 1];
    text += low === undefined ? digits(high, 2) : digits(high * 256 + low, 3);
  }
  return text;
}

/** `value` in base 45, lowest digit first. */
function digits(value: number, count: number): string {
  let text = "";
  for (let rest = value; text.length < count; rest = Math.floor(rest / 45)) {
    text += ALPHABET[rest % 45];
  }
  return text;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
