// A QR symbol as crisp squares: one path, no smoothing, a white quiet zone of four modules.

import { encode } from "uqr";

/** Draws a text, or bytes in byte mode, at error correction level M. */
export function Qr({ code, label }: { code: string | Uint8Array; label: string }) {
  const { size, data } = encode(typeof code === "string" ? code : [...code], { ecc: "M", boostEcc: false, border: 4 });
  const path = data.map((row, y) => runs(row, y)).join("");
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** One row's dark modules, neighbors joined. */
function runs(row: boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x += 1) {
    const start = x;
    while (row[x]) {
      x += 1;
    }
    if (x > start) {
      path += `M${start} ${y}h${x - start}v1h${start - x}z`;
    }
  }
  return path;
}
