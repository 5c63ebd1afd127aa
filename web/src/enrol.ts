// From a signed-in rider with a mandate to a phone that makes codes: key, registration, credentials.
//
// Every step may be repeated: a registered key meets itself, and a fresh batch is given again.

import { type Brand, type GrantedCredential, Problem, type Rider, base64, call, fromBase64 } from "./api.ts";
import { proofMessage } from "./code/phone-key.ts";
import type { Kept } from "./credentials.ts";
import { type Algorithm, type Phone, makePhoneKey, pointOf, signAs } from "./phone.ts";
import { find, keep } from "./vault.ts";

/** Makes this phone ready to show codes of a brand, and keeps them. */
export async function equip(rider: Rider, brand: Brand): Promise<void> {
  const phone = await registeredPhone(rider, brand.device_algorithm as Algorithm);
  await fetchCredentials(phone, brand.brand, brand.name);
}

/** Asks for credentials of a brand and keeps them. */
export async function fetchCredentials(phone: Phone, brand: number, name: string): Promise<void> {
  const path = `/v1/devices/${phone.device}/credentials`;
  const granted = await call<GrantedCredential[]>("POST", path, { brand });
  const { algorithm } = phone.key;
  await keep("wallet", { brand, name, algorithm, credentials: granted.map(kept) });
}

/** Asks for the ride home of a block; the phone shows its code and no other. */
export async function fetchRideHome(): Promise<void> {
  const wallet = await find("wallet");
  const phone = wallet && (await find(`phone-${wallet.algorithm}`));
  if (!wallet || !phone) {
    throw new Problem("unknown-device", "");
  }
  const { credential } = await call<{ credential: GrantedCredential }>("POST", "/v1/essential-rides", {
    device: phone.device,
    brand: wallet.brand,
  });
  await keep("wallet", { ...wallet, credentials: [kept(credential)] });
}

async function registeredPhone(rider: Rider, algorithm: Algorithm): Promise<Phone> {
  const held = await find(`phone-${algorithm}`);
  // What is known of the rider may be from before this phone was registered.
  const now = held?.rider === rider.rider ? await call<Rider>("GET", "/v1/riders/me") : rider;
  if (held && held.rider === now.rider && now.devices.some((one) => one.device === held.device && one.active)) {
    return held;
  }
  const key = await makePhoneKey(algorithm);
  const signature = await signAs(key, proofMessage(now.rider, fromBase64(now.device_nonce)));
  const { device } = await call<{ device: string }>("POST", "/v1/devices", {
    algorithm,
    public_key: base64(await pointOf(key)),
    proof: base64(signature),
  });
  const phone = { key, device, rider: rider.rider };
  await keep(`phone-${algorithm}`, phone);
  return phone;
}

function kept(granted: GrantedCredential): Kept {
  return {
    bytes: fromBase64(granted.bytes),
    notBefore: Date.parse(granted.not_before) / 1000,
    expires: Date.parse(granted.expires) / 1000,
  };
}
