// The camera: opened, chosen, lit, lost and found again.
//
// Browsers give a camera to pages of this machine or of https addresses alone, and only if whoever
// holds the tablet allows it. Each way in which that fails has a name, and words of what to do.

import type { Name } from "./device.ts";

/** Why there is no picture, in order of precedence. */
export type Trouble = "insecure" | "unsupported" | "denied" | "none" | "in_use" | "lost" | "other";

/** A camera that gives pictures. */
export interface Eye {
  stream: MediaStream;
  track: MediaStreamTrack;
  /** Whether it has a light that can be switched. */
  hasTorch: boolean;
}

/** A camera to choose. */
export interface Choice {
  id: string;
  label: string;
}

/** Opens a camera: the one chosen before, else one that looks away from the screen. */
export async function openEye(chosen: string | undefined): Promise<Eye | Trouble> {
  if (!isSecureContext) {
    return "insecure";
  }
  if (!navigator.mediaDevices?.getUserMedia) {
    return "unsupported";
  }
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const which = chosen === undefined ? { facingMode: { ideal: "environment" } } : { deviceId: { exact: chosen } };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...which } });
    const [track] = stream.getVideoTracks();
    if (!track) {
      return "none";
    }
    const { torch } = track.getCapabilities?.() as { torch?: boolean };
    return { stream, track, hasTorch: torch === true };
  } catch (fault) {
    return troubleOf(fault instanceof DOMException ? fault.name : "");
  }
}

/** What the name of a fault of getUserMedia means (W3C Media Capture and Streams, section 10.3). */
export function troubleOf(name: string): Trouble {
  switch (name) {
    case "NotAllowedError":
      return "denied";
    case "SecurityError":
      return "insecure";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    case "NotReadableError":
    case "AbortError":
      return "in_use";
    default:
      return "other";
  }
}

/** The cameras there are; their names are known once one was opened. */
export async function listEyes(): Promise<Choice[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const cameras = devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "");
  return cameras.map(({ deviceId, label }, at) => ({ id: deviceId, label: label || `相机 Camera ${at + 1}` }));
}

/** Switches the light. */
export async function setTorch(track: MediaStreamTrack, torch: boolean): Promise<boolean> {
  try {
    await track.applyConstraints({ advanced: [{ torch } as MediaTrackConstraintSet] });
    return torch;
  } catch {
    return false;
  }
}

/** What happened, and what to do. */
export const TROUBLES: Record<Trouble, { what: Name; remedy: Name }> = {
  insecure: {
    what: { zh: "此地址不能使用相机", en: "This address may not use the camera" },
    remedy: {
      zh: "请在本机用 http://localhost 打开，或配置 https（见 docs/validator.md）",
      en: "open it as http://localhost on this machine, or set up https (docs/validator.md)",
    },
  },
  unsupported: {
    what: { zh: "浏览器不支持相机", en: "This browser has no camera access" },
    remedy: { zh: "请更新浏览器，或改用扫码器", en: "update the browser, or use a scanner" },
  },
  denied: {
    what: { zh: "相机权限被拒绝", en: "The camera was denied" },
    remedy: {
      zh: "请在地址栏的网站设置中允许相机，然后重试",
      en: "allow the camera in the site settings beside the address, then try again",
    },
  },
  none: {
    what: { zh: "没有找到相机", en: "No camera was found" },
    remedy: { zh: "请接上相机；接上后自动开始", en: "connect one; it starts by itself" },
  },
  in_use: {
    what: { zh: "相机正被其他程序占用", en: "Another program uses the camera" },
    remedy: { zh: "请关闭其他使用相机的程序；会自动重试", en: "close it; this page tries again by itself" },
  },
  lost: {
    what: { zh: "相机断开了", en: "The camera is gone" },
    remedy: { zh: "请检查连接；接上后自动开始", en: "check its plug; it starts again by itself" },
  },
  other: {
    what: { zh: "相机无法打开", en: "The camera cannot be opened" },
    remedy: { zh: "请重试，或重新启动平板", en: "try again, or restart the tablet" },
  },
};
