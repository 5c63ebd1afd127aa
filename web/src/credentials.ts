// Which of the phone's credentials a code is made with, and how long they last. Pure.

/** A credential as the phone keeps it; times in seconds since 1970. */
export interface Kept {
  bytes: Uint8Array;
  notBefore: number;
  expires: number;
}

/**
 * The credential to sign with at `now`. Rides on different half hours use different ones, so that
 * an onlooker cannot join them; within one, the same, so that a validator knows a repeat.
 */
export function findUsable(kept: Kept[], now: number): Kept | undefined {
  const live = kept.filter(({ notBefore, expires }) => notBefore <= now && now < expires);
  return live[Math.floor(now / TURN_S) % live.length];
}

/** Until when codes can be made without a network; 0 if never. */
export function usableUntil(kept: Kept[]): number {
  return kept.reduce((last, { expires }) => Math.max(last, expires), 0);
}

/** Whether it is time to ask for new ones: less than half of their life is left. */
export function wantsMore(kept: Kept[], now: number): boolean {
  const begin = Math.min(...kept.map(({ notBefore }) => notBefore));
  return kept.length === 0 || now >= (begin + usableUntil(kept)) / 2;
}

/**
 * What must be added to this phone's clock, in seconds, from a reply's Date header (whole seconds)
 * and the phone's times in milliseconds around it. Differences below 2 s are measuring noise.
 */
export function clockOffset(date: string, sent: number, received: number): number | undefined {
  const server = Date.parse(date);
  if (Number.isNaN(server) || received < sent) {
    return undefined;
  }
  const offset = (server + 500 - (sent + received) / 2) / 1000;
  return Math.abs(offset) < 2 ? 0 : Math.round(offset);
}

const TURN_S = 1800;
