//! Fixed seeds, each run twice.

use ridecode_sim::{City, Engine, Profile, Settings, simulate};

/// Runs a seed twice and expects quiet checkers and one hash.
fn check(seed: u64, profile: Profile) {
    let settings = Settings {
        seed,
        days: 3,
        riders: 12,
        profile,
        engine: Engine::Memory,
    };
    let run = || simulate(&City::example(), settings, &mut |_| {});
    let first = run().unwrap_or_else(|broken| panic!("seed {seed}: {}", broken.failure));
    let second = run().unwrap_or_else(|broken| panic!("seed {seed}: {}", broken.failure));
    assert_eq!(first, second, "seed {seed} gives one world");
    assert!(first.admitted > 0, "somebody rides");
}

/// Ten seeds of each profile: a test each, so that they run side by side.
macro_rules! seeds {
    ($($name:ident: $profile:ident, $seeds:expr;)+) => {
        $(
            #[test]
            fn $name() {
                for seed in $seeds {
                    check(seed, Profile::$profile);
                }
            }
        )+
    };
}

seeds! {
    calm_days: Calm, 1..=10;
    days_of_rush: Rush, 11..=20;
    days_of_outage: Outage, 21..=30;
    days_of_fraud: Fraud, 31..=40;
    days_of_migration: Migration, 41..=50;
}
