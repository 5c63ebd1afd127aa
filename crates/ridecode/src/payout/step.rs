//! One function for each task of `ridecode payout`.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use ridecode_office::{Office, payout};
use ridecode_store::{BankPaid, Payout, PayoutStep, Signature};
use ridecode_words::ServiceDay;

use super::account::party_words;
use super::pain001::{self, Message};
use crate::clock::now;
use crate::config::{Config, Source};
use crate::entropy::SystemEntropy;
use crate::work::service_day;

/// Options of planning.
#[derive(clap::Args, Debug)]
pub(super) struct Plan {
    /// Your name, kept with the payout.
    #[arg(long = "as", value_name = "NAME")]
    by: String,
    #[command(flatten)]
    source: Source,
}

/// Options of listing.
#[derive(clap::Args, Debug)]
pub(super) struct List {
    /// List payouts after this number. Default: all.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
    #[command(flatten)]
    source: Source,
}

/// Options of a step someone answers for.
#[derive(clap::Args, Debug)]
pub(super) struct Named {
    /// The payout's number.
    #[arg(value_name = "NUMBER")]
    number: u64,
    /// Your name, kept with the payout.
    #[arg(long = "as", value_name = "NAME")]
    by: String,
    #[command(flatten)]
    source: Source,
}

/// Options of writing for the bank.
#[derive(clap::Args, Debug)]
pub(super) struct Export {
    /// The payout's number.
    #[arg(value_name = "NUMBER")]
    number: u64,
    /// The day the bank is to pay, such as 2026-11-22. Default: today.
    #[arg(long, value_name = "DAY")]
    execute_on: Option<ServiceDay>,
    /// File to write; an existing one is not overwritten. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

/// Options of taking a payment down.
#[derive(clap::Args, Debug)]
pub(super) struct Paid {
    /// The payout's number.
    #[arg(value_name = "NUMBER")]
    number: u64,
    /// The payment's line, from 0.
    #[arg(long, value_name = "LINE")]
    line: u16,
    /// The day the bank paid, such as 2026-11-22.
    #[arg(long, value_name = "DAY")]
    day: ServiceDay,
    /// The bank's reference.
    #[arg(long, value_name = "TEXT")]
    reference: String,
    #[command(flatten)]
    source: Source,
}

/// Plans. Exits with 1 if there is nothing to settle.
pub(super) fn plan(args: &Plan) -> anyhow::Result<ExitCode> {
    let (config, office) = open(&args.source)?;
    let day = service_day(now(), &config.work.zone);
    let planned = wait(payout::plan(&office, &args.by, day))??;
    let Some(planned) = planned else {
        anstream::eprintln!("there is nothing to settle: every statement stands in a payout");
        return Ok(ExitCode::FAILURE);
    };
    print(&planned);
    Ok(ExitCode::SUCCESS)
}

/// Lists.
pub(super) fn list(args: &List) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.source, &[])?;
    let office = crate::desk::open_beside(&config, &mut SystemEntropy)?.office;
    for one in wait(office.store.load_payouts(args.after, usize::MAX))?? {
        print(&one);
    }
    Ok(ExitCode::SUCCESS)
}

/// Approves.
pub(super) fn approve(args: &Named) -> anyhow::Result<ExitCode> {
    take(
        &args.source,
        args.number,
        PayoutStep::Approve(signature(args)),
    )
}

/// Withdraws.
pub(super) fn withdraw(args: &Named) -> anyhow::Result<ExitCode> {
    take(
        &args.source,
        args.number,
        PayoutStep::Withdraw(signature(args)),
    )
}

/// Takes a payment down.
pub(super) fn paid(args: &Paid) -> anyhow::Result<ExitCode> {
    let step = PayoutStep::Pay {
        line: args.line,
        paid: BankPaid {
            day: args.day,
            reference: args.reference.clone(),
        },
    };
    take(&args.source, args.number, step)
}

/// Writes for the bank. Nothing is counted as written unless every account is known.
pub(super) fn export(args: &Export) -> anyhow::Result<ExitCode> {
    let (config, office) = open(&args.source)?;
    let accounts = &config.payout_accounts;
    let found = wait(payout::find(&office, args.number))??;
    pain001::check_accounts(&found, accounts)?;
    let file = args.out.as_ref().map(|path| {
        File::create_new(path)
            .with_context(|| format!("{} cannot be made; choose a new name", path.display()))
    });
    let file = file.transpose()?;
    let exported = wait(payout::step(&office, args.number, PayoutStep::Export))??;
    let today = service_day(now(), &config.work.zone);
    let text = pain001::write(&Message {
        payout: &exported,
        accounts,
        created: now(),
        execute_on: args.execute_on.unwrap_or(today),
    })?;
    match file {
        None => io::stdout().lock().write_all(text.as_bytes())?,
        Some(mut file) => {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn take(source: &Source, number: u64, step: PayoutStep) -> anyhow::Result<ExitCode> {
    let (_, office) = open(source)?;
    print(&wait(payout::step(&office, number, step))??);
    Ok(ExitCode::SUCCESS)
}

fn open(source: &Source) -> anyhow::Result<(Config, Office)> {
    let config = Config::load(source, &[])?;
    let office = crate::desk::open(&config, &mut SystemEntropy)?.office;
    Ok((config, office))
}

fn wait<T>(asked: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(asked))
}

fn signature(args: &Named) -> Signature {
    Signature {
        by: args.by.clone(),
        at: now(),
    }
}

fn print(payout: &Payout) {
    anstream::println!(
        "payout {} of {}: {}, {} statements, planned by {}",
        payout.number,
        payout.day,
        payout.state().word(),
        payout.statements.len(),
        payout.planned_by
    );
    for (line, one) in payout.payments.iter().enumerate() {
        let paid = one.paid.as_ref().map_or_else(
            || "open".to_owned(),
            |paid| format!("paid {}, {}", paid.day, paid.reference),
        );
        anstream::println!(
            "  line {line}: {} to {}, {:#}, {paid}",
            party_words(one.payment.from),
            party_words(one.payment.to),
            one.payment.amount
        );
    }
}

pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode payout plan --as 'An Li'
  ridecode payout approve 1 --as 'Bo Wang'
  ridecode payout export 1 --execute-on 2026-11-23 --out payout-1.xml
  ridecode payout paid 1 --line 0 --day 2026-11-23 --reference 2026112300017
  ridecode payout list

A payout goes planned, approved (by another person), exported, paid. Accounts come from the
[[payout_account]] sections of the settings. Everything but list changes the database, which a
running office holds: use POST /v1/payouts there. Exits with 0, with 1 if there is nothing to
settle, with 2 if it could not be done.";
