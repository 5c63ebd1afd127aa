//! `ridecode fare reprice`: what a tariff that came late changes in months billed before.

use std::process::ExitCode;

use ridecode_office::price::{Again, Then, again};
use ridecode_words::Month;

use crate::clock::now;
use crate::config::{Config, Source};
use crate::entropy::SystemEntropy;

/// Shown under the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode fare reprice --month 2026-11
  ridecode fare reprice --month 2026-11 --yes

A month is billed again by itself when one of its taps comes in, and not when a tariff does. After
publishing one that is in force since an earlier day, this recomputes every bill of the month by the
tariffs of today and tells what differs. With --yes the bills that differ are due: the next round of
pricing posts each difference as a new version, charges what is missing and gives back what was too
much. Amounts are in minor units (fen). Without --yes it reads only, and may run beside a working
office. Exit status: 0 done or nothing differs, 1 bills differ and --yes was not given, 2 it could
not be done.";

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The month, such as 2026-11.
    #[arg(long, value_name = "MONTH")]
    month: Month,
    /// Make the bills that differ due; without it they are only counted.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    source: Source,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.source, &[])?;
    let (opened, then) = if args.yes {
        (crate::desk::open(&config, &mut SystemEntropy)?, Then::Due)
    } else {
        let opened = crate::desk::open_beside(&config, &mut SystemEntropy)?;
        (opened, Then::Tell)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let found = runtime.block_on(again(&opened.office, args.month, now(), then))?;
    anstream::print!("{}", words(args, &found));
    Ok(if found.failed == 0 && (args.yes || found.differ == 0) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn words(args: &Args, found: &Again) -> String {
    let month = args.month;
    let Again {
        riders,
        differ,
        fares,
        more_minor,
        less_minor,
        failed,
    } = found;
    let mut text = format!(
        "{month}: {differ} of {riders} bills differ by {fares} fares: {more_minor} more, \
         {less_minor} less, in minor units\n"
    );
    if *differ > 0 {
        text.push_str(if args.yes {
            "they are due, and posted by the next round of pricing\n"
        } else {
            "nothing was changed; repeat with --yes to have them posted\n"
        });
    }
    if *failed > 0 {
        text.push_str(&format!(
            "{failed} bills contradict themselves and were left alone; the log says whose\n"
        ));
    }
    text
}
