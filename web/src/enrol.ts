// From a signed-in rider with a mandate to a phone that makes codes: key, registration, credentials.
//
// Every step may be repeated: a registered key meets itself, and a fresh batch is given again.

import { type Brand, type GrantedCredential, type Rider, base64, call, fromBase64 } from "./api.ts";
import { makeKey, proof, publicPoint } from "./code/phone-key.ts";
import type { Kept } from "./credentials.ts";
import { type Vault, find, keep } from "./vault.ts";

/** Makes this phone ready to show codes of a brand, and keeps them. */
export async function equip(rider: Rider, brand: Brand): Promise<void> {
  const phone = await registeredPhone(rider);
  await fetchCredentials(phone.device, brand.brand, brand.name);
}

/** Asks for credentials of a brand and keeps them. */
export async function fetchCredentials(device: string, brand: number, name: string): Promise<void> {
  const path = `/v1/devices/${device}/credentials`;
  const granted = await call<GrantedCredential[]>("POST", path, { brand });
  await keep("wallet", { brand, name, credentials: granted.map(kept) });
}

async function registeredPhone(rider: Rider): Promise<Vault["phone"]> {
  const held = await find("phone");
  const known = rider.devices.find(({ device }) => device === held?.device);
  if (held && held.rider === rider.rider && known?.active) {
    return held;
  }
  const key = await makeKey();
  const signature = await proof(key, rider.rider, fromBase64(rider.device_nonce));
  const { device } = await call<{ device: string }>("POST", "/v1/devices", {
    algorithm: "es256",
    public_key: base64(await publicPoint(key)),
    proof: base64(signature),
  });
  const phone = { key, device, rider: rider.rider };
  await keep("phone", phone);
  return phone;
}

function kept(granted: GrantedCredential): Kept {
  return {
    bytes: fromBase64(granted.bytes),
    notBefore: Date.parse(granted.not_before) / 1000,
    expires: Date.parse(granted.expires) / 1000,
  };
}
