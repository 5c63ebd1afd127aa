// Starts the rider's app, and the worker that keeps it on the phone.

import { render } from "preact";

import { App } from "./app.tsx";
import "./style.css";

const root = document.getElementById("app");
if (root) {
  render(<App />, root);
}
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  // Without it the app works while there is a network.
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  // Asked so that the browser does not throw the key away when space is short.
  void navigator.storage?.persist?.();
}
