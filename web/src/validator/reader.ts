// From a picture to the bytes of a QR symbol, by ZXing compiled to WebAssembly.
//
// Binary symbols are handed on as the bytes they hold: a text of them would alter every byte from
// 128 on. Text symbols are their own bytes. The WebAssembly comes from the validator, never from
// elsewhere.

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import program from "zxing-wasm/reader/zxing_reader.wasm?url";

/** Loads the reader. Fails if the browser has no WebAssembly. */
export async function prepareReader(): Promise<void> {
  await prepareZXingModule({ overrides: { locateFile: () => program }, fireImmediately: true });
}

/** The bytes of a QR symbol in a picture; undefined if there is none. */
export async function readCode(picture: ImageData): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const found = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true });
  const bytes = found[0]?.isValid ? found[0].bytes : undefined;
  // A copy: the bytes may lie in memory that the reader uses again.
  return bytes && bytes.length > 0 ? Uint8Array.from(bytes) : undefined;
}
