// What the phone keeps in IndexedDB: its key, its credentials, and what was last known.
//
// The key is a CryptoKey whose secret no script can read. Phone numbers, SMS codes and session
// tokens are never kept here.

import type { Kept } from "./credentials.ts";
import type { Algorithm, Phone } from "./phone.ts";

/** What is kept, by name. */
export interface Vault {
  /** This phone with its key, for each algorithm a brand has asked for. */
  "phone-es256": Phone;
  "phone-sm2": Phone;
  /** The brand in use with its credentials, and the key they are for. */
  wallet: { brand: number; name: string; algorithm: Algorithm; credentials: Kept[] };
  /** What must be added to this phone's clock, in seconds. */
  offset: number;
}

/** Finds what is kept under `name`. */
export async function find<K extends keyof Vault>(name: K): Promise<Vault[K] | undefined> {
  return run("readonly", (store) => store.get(name));
}

/** Keeps `value` under `name`. */
export async function keep<K extends keyof Vault>(name: K, value: Vault[K]): Promise<void> {
  await run("readwrite", (store) => store.put(value, name));
}

/** Forgets everything but the clock. */
export async function forget(): Promise<void> {
  await run("readwrite", (store) => store.delete("wallet"));
  await run("readwrite", (store) => store.delete("phone-es256"));
  await run("readwrite", (store) => store.delete("phone-sm2"));
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, mode);
    const request = act(transaction.objectStore(STORE));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("ridecode", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const STORE = "vault";
