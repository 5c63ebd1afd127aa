//! A provider's bill on the command line: held against our books, line by line.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use ridecode_ledger::Money;
use ridecode_office::Office;
use ridecode_office::reconcile::{self, HandedIn};
use ridecode_pay::Class;
use ridecode_store::{BillStep, ProviderBill, ProviderPaid, Resolution, Signature};
use ridecode_words::{ProviderId, ServiceDay};
use sha2::{Digest as _, Sha256};

use crate::clock::now;
use crate::config::{Config, Source};
use crate::entropy::SystemEntropy;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The provider's number in the ledger (`provider.id`).
    #[arg(long, value_name = "NUMBER")]
    provider: ProviderId,
    /// The day the bill is for, such as 2026-11-21.
    #[arg(long, value_name = "DAY")]
    day: ServiceDay,
    /// The provider's bill, at most 64 MiB. Without it, the bill that is held is shown.
    #[arg(long, value_name = "FILE")]
    bill: Option<PathBuf>,
    /// Your name, kept with what you do.
    #[arg(long = "as", value_name = "NAME", default_value = "command line")]
    by: String,
    /// Only show what reconciling the bill would give; may run beside a working office.
    #[arg(long, requires = "bill")]
    dry_run: bool,
    /// Take down that the difference at this place was put right; needs --reason.
    #[arg(
        long,
        value_name = "PLACE",
        requires = "reason",
        conflicts_with = "dry_run"
    )]
    resolve: Option<u32>,
    /// How it was put right.
    #[arg(long, value_name = "TEXT", requires = "resolve")]
    reason: Option<String>,
    /// Take down what reached the bank account for the bill, in minor units (fen), and book it.
    #[arg(long, value_name = "MINOR", conflicts_with = "dry_run")]
    net_minor: Option<i64>,
    /// What the provider kept, in minor units.
    #[arg(
        long,
        value_name = "MINOR",
        default_value_t = 0,
        requires = "net_minor"
    )]
    cost_minor: i64,
    #[command(flatten)]
    source: Source,
}

/// Runs it. Exits with 1 while differences are open.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.source, &[])?;
    let changes = args.bill.is_some() || args.resolve.is_some() || args.net_minor.is_some();
    let opened = if changes && !args.dry_run {
        crate::desk::open(&config, &mut SystemEntropy)
    } else {
        crate::desk::open_beside(&config, &mut SystemEntropy)
    };
    let office = opened?.office;
    let (known, _) = office.desk.provider;
    anyhow::ensure!(
        known == args.provider,
        "--provider: this office has the provider {known}, not {}",
        args.provider
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let bill = runtime.block_on(work(&office, &args))?;
    anstream::print!("{}", words(&bill));
    let open = bill.findings.iter().filter(|one| one.is_open()).count();
    Ok(if open == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn work(office: &Office, args: &Args) -> anyhow::Result<ProviderBill> {
    let key = (args.provider, args.day);
    let mut bill = match &args.bill {
        None => reconcile::find(office, key).await?,
        Some(path) => {
            let handed_in = read(office, args, path)?;
            if args.dry_run {
                return Ok(reconcile::plan(office, &handed_in).await?);
            }
            reconcile::take(office, handed_in).await?
        }
    };
    if let (Some(place), Some(reason)) = (args.resolve, &args.reason) {
        let resolution = Resolution {
            signature: signature(args),
            reason: reason.clone(),
        };
        bill = reconcile::step(office, key, BillStep::Resolve { place, resolution }).await?;
    }
    if let Some(net) = args.net_minor {
        let money = |minor| Money::new(minor, office.policy.currency);
        let paid = ProviderPaid {
            net: money(net),
            cost: money(args.cost_minor),
        };
        bill = reconcile::step(office, key, BillStep::Settle(paid)).await?;
    }
    Ok(bill)
}

fn read(office: &Office, args: &Args, path: &Path) -> anyhow::Result<HandedIn> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("{shown} cannot be read"))?;
    let mut bytes = Vec::new();
    file.take(BILL_LENGTH_MAX + 1).read_to_end(&mut bytes)?;
    let (_, connector) = &office.desk.provider;
    let lines = connector
        .read_bill_lines(args.day, &bytes)
        .with_context(|| format!("{shown} is no bill of provider {}", args.provider))?;
    Ok(HandedIn {
        provider: args.provider,
        day: args.day,
        digest: Sha256::digest(&bytes).into(),
        lines,
        taken: signature(args),
    })
}

fn signature(args: &Args) -> Signature {
    Signature {
        by: args.by.clone(),
        at: now(),
    }
}

fn words(bill: &ProviderBill) -> String {
    let mut text = format!(
        "bill of provider {} for {}, {} lines, {:#}\n",
        bill.provider,
        bill.day,
        bill.findings
            .iter()
            .filter(|one| one.theirs.is_some())
            .count(),
        bill.total
    );
    for class in Class::ALL {
        let count = bill
            .findings
            .iter()
            .filter(|one| one.class == class)
            .count();
        if count > 0 {
            text.push_str(&format!("{}: {count}\n", class.word()));
        }
    }
    for (place, one) in bill.findings.iter().enumerate() {
        if !one.is_open() {
            continue;
        }
        let shown = |money: Option<Money>| {
            money.map_or_else(|| "nothing".to_owned(), |money| format!("{money:#}"))
        };
        text.push_str(&format!(
            "open: {place}: {}: charge {}: we say {}, the bill says {}; {} ({})\n",
            one.class.word(),
            one.charge,
            shown(one.ours),
            shown(one.theirs),
            one.class.action().sentence(),
            one.class.action().sentence_zh()
        ));
    }
    if let Some(paid) = bill.settled {
        text.push_str(&format!("paid: {:#}, kept: {:#}\n", paid.net, paid.cost));
    }
    text
}

/// Bytes of a bill.
const BILL_LENGTH_MAX: u64 = 64 * 1024 * 1024;

const EXAMPLES: &str = "\
Examples:
  ridecode reconcile --provider 1 --day 2026-11-21 --bill bill.csv --dry-run
  ridecode reconcile --provider 1 --day 2026-11-21 --bill bill.csv --as 'An Li'
  ridecode reconcile --provider 1 --day 2026-11-21 --resolve 17 --reason 'given back as R-2044'
  ridecode reconcile --provider 1 --day 2026-11-21 --net-minor 99400 --cost-minor 600
  ridecode reconcile --provider 1 --day 2026-11-21

Every line of the bill and every charge of the day is in one of nine classes (docs/ledger.md), each
with what to do; nothing is corrected by itself. A bill is kept once for a provider and a day. What
is not --dry-run or showing changes the database, which a running office holds: use POST
/v1/provider-bills/DAY there. Exits with 0, with 1 while differences are open, with 2 if it could
not be done.";
