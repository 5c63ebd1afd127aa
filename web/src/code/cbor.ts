// The little of deterministic CBOR (RFC 8949 section 4.2) that a compact code needs: shortest
// heads, definite lengths.

/** A byte string that stands in `bytes` at `at`, and where what follows begins. */
export interface Found {
  content: Uint8Array;
  next: number;
}

/** A byte string. */
export function byteString(content: Uint8Array): Uint8Array {
  return join(head(2, content.length), content);
}

/** A text string. */
export function text(content: string): Uint8Array {
  const bytes = new TextEncoder().encode(content);
  return join(head(3, bytes.length), bytes);
}

/** An unsigned number, 0 to 2^32 - 1. */
export function unsigned(value: number): Uint8Array {
  return head(0, value);
}

/** The head of an array of `count` items. */
export function arrayHead(count: number): Uint8Array {
  return head(4, count);
}

/** Reads the byte string at `at`; undefined where none stands there in its one encoding. */
export function findByteString(bytes: Uint8Array, at: number): Found | undefined {
  const first = bytes[at];
  if (first === undefined || first >> 5 !== 2) {
    return undefined;
  }
  const short = first & 0x1f;
  const long = bytes[at + 1];
  let length: number;
  let start: number;
  if (short < 24) {
    [length, start] = [short, at + 1];
  } else if (short === 24 && long !== undefined && long >= 24) {
    [length, start] = [long, at + 2];
  } else {
    // Nothing in a credential is longer than 255 bytes.
    return undefined;
  }
  const next = start + length;
  return next <= bytes.length ? { content: bytes.subarray(start, next), next } : undefined;
}

/** Parts one after the other. */
export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function head(major: number, value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`a CBOR head of Ridecode carries 0 to 2^32 - 1, not ${value}`);
  }
  const kind = major << 5;
  if (value < 24) {
    return Uint8Array.of(kind | value);
  }
  if (value < 0x100) {
    return Uint8Array.of(kind | 24, value);
  }
  if (value < 0x1_0000) {
    return Uint8Array.of(kind | 25, value >> 8, value & 0xff);
  }
  return Uint8Array.of(kind | 26, value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
}
