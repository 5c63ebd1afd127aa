// The validator's screen, for a kiosk browser: the sign, then green or red, then the sign again.

import { render } from "preact";

import { Badges, Lamp, SignBoard } from "./lamp.tsx";
import { clockOf, useShowing } from "./showing.ts";
import "./style.css";

function Screen() {
  const { shown, state, hearing } = useShowing();
  return (
    <main>
      {shown ? <Lamp {...shown} /> : <SignBoard sign={state?.sign ?? null} time={clockOf(state)} />}
      <Badges state={state} hearing={hearing} />
    </main>
  );
}

const page = document.getElementById("page");
if (page) {
  render(<Screen />, page);
}
