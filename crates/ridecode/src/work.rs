//! Workers: pricing, charging and closing, round after round.
