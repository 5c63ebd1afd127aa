// Starts the console.

import { render } from "preact";

import { Console } from "./app.tsx";
import "./console.css";

const root = document.getElementById("app");
if (root) {
  render(<Console />, root);
}
