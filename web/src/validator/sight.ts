// Which codes that are in sight the validator is asked about. Pure.
//
// A camera reads one code many times a second. The validator decides about repeats, and stays
// silent about one code within its silent time; asking within that time would change nothing.

/** What was asked about last. */
export interface Asked {
  code: Uint8Array;
  /** When, in milliseconds. */
  at: number;
}

/** Whether the validator should be asked about a code at `now`, milliseconds. */
export function isNews(code: Uint8Array, last: Asked | undefined, now: number, silentMs: number): boolean {
  return last === undefined || now - last.at >= silentMs || !isSame(code, last.code);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
