//! The stage of a load source: everything it needs, made over HTTP as people make it.
//!
//! What could go wrong is asked about first, and one rider signs up before all others: a system
//! that is not prepared is told so before anything is spent on it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use ridecode_codec::crypto::Algorithm;
use ridecode_sim::{City, Traffic};
use ridecode_validator::Place;
use ridecode_words::BrandId;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::gate::Gate;
use super::meter::Meter;
use super::order::Order;
use super::rider::Rider;
use crate::client::{Api, Problem, Trouble};
use crate::device::BackOffice;
use crate::phone::Brand;

/// Everything a load source needs.
pub(super) struct Stage {
    pub(super) traffic: Traffic,
    pub(super) gates: Vec<Arc<Gate>>,
    pub(super) riders: Vec<Arc<Rider>>,
    /// The back office, called by staff.
    pub(super) staff: Api,
    _folder: TempDir,
}

impl Stage {
    /// Sets it.
    pub(super) async fn set(
        order: &Order,
        city: &City,
        meter: &Arc<Meter>,
    ) -> anyhow::Result<Self> {
        let traffic = Traffic::new(city, (order.seed, order.riders), order.profile);
        let folder = folder(order)?;
        let office = Api::new(&order.against)?;
        let sandbox = Api::new(&order.sandbox)?;
        let staff = office.with_token(order.token.reveal());
        check_prepared((&staff, &sandbox), &traffic).await?;
        let brands = brands(&office, (&traffic, order.riders)).await?;
        let office = office.patient(meter.clone());
        let staff = staff.patient(meter.clone());
        let doors = Arc::new((office, sandbox));
        let enrol = |rider: usize| {
            let (doors, brand) = (doors.clone(), brands[rider]);
            let number = number(order.seed, rider);
            async move { Rider::enrol(&number, brand, (&doors.0, &doors.1)).await }
        };
        let first = enrol(0).await.map_err(unprepared)?;
        let others = for_each(brands.len() - 1, |place| enrol(place + 1)).await?;
        let riders: Vec<Arc<Rider>> = std::iter::once(first).chain(others).map(Arc::new).collect();
        fill_wallets(&riders, &doors).await?;
        let gates = gates(&traffic, folder.path(), (&staff, order, meter)).await?;
        Ok(Self {
            traffic,
            gates,
            riders,
            staff,
            _folder: folder,
        })
    }

    /// Takes the validators out of service again.
    pub(super) async fn strike(&self) -> anyhow::Result<()> {
        let retire = |place: usize| {
            let (staff, id) = (self.staff.clone(), self.gates[place].id);
            async move {
                let path = format!("/v1/validators/{id}/retirement");
                let why = json!({ "reason": "the load source that it was has ended" });
                staff.post(&path, why).await.map(|_| ())
            }
        };
        let retired = for_each(self.gates.len(), retire).await;
        retired.context("validators of this source stay registered; retire them in the console")?;
        Ok(())
    }
}

/// Asks who is there and what the token opens.
async fn check_prepared((staff, sandbox): (&Api, &Api), traffic: &Traffic) -> anyhow::Result<()> {
    let url = staff.url();
    let health = staff.get("/healthz").await;
    health
        .with_context(|| format!("no back office answers at {url}; start it, or mend --against"))?;
    let me = staff.get("/v1/staff/me").await.map_err(|fault| {
        match problem(&fault).map(|problem| problem.kind.as_str()) {
            Some("signed-out") => fault.context(format!(
                "{url} does not know the token; write it under [[staff]] of its settings with role \
                 operator or admin"
            )),
            _ => fault,
        }
    })?;
    let opens = me["opens"].as_array().into_iter().flatten();
    ensure!(
        opens.into_iter().any(|open| open == "operator"),
        "the token is of staff with role {}, who may not register validators; use one of role \
         operator or admin",
        me["role"]
    );
    let known = staff.get("/v1/operators").await?;
    let known: Vec<u64> = known
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|operator| operator["operator"].as_u64())
        .collect();
    for place in traffic.places() {
        let operator = place.operator.0;
        ensure!(
            known.contains(&u64::from(operator)),
            "the city of a load source has operator {operator}, of whom the token sees nothing; use \
             a token of staff of all operators, and a system with the embedded brands"
        );
    }
    let there = sandbox.get("/v1/key").await;
    there.with_context(|| {
        format!(
            "no sandbox answers at {}; start `ridecode sandbox`, wire the back office to it, and \
             name it with --sandbox",
            sandbox.url()
        )
    })?;
    Ok(())
}

/// A brand as the back office lists it.
#[derive(Deserialize)]
struct BrandView {
    brand: u32,
    device_algorithm: String,
    accepted: Vec<AcceptedView>,
}

#[derive(Deserialize)]
struct AcceptedView {
    operator: u32,
    modes: Vec<String>,
    lines: Vec<String>,
}

impl BrandView {
    fn accepts(&self, place: &Place) -> bool {
        self.accepted.iter().any(|accepted| {
            accepted.operator == place.operator.0
                && accepted.modes.iter().any(|mode| mode == place.mode.word())
                && accepted.lines.is_empty()
        })
    }

    fn read(&self) -> anyhow::Result<Brand> {
        let algorithm = match self.device_algorithm.as_str() {
            "es256" => Algorithm::Es256,
            "sm2" => Algorithm::Sm2,
            "eddsa" => Algorithm::EdDsa,
            other => bail!("brand {} wants keys of kind {other:?}", self.brand),
        };
        Ok(Brand {
            id: BrandId(self.brand),
            algorithm,
        })
    }
}

/// The brand of each rider: the first that is accepted where they ride.
async fn brands(office: &Api, (traffic, riders): (&Traffic, u32)) -> anyhow::Result<Vec<Brand>> {
    let listed = office.get("/v1/brands").await?;
    let listed: Vec<BrandView> =
        serde_json::from_value(listed).context("the list of brands cannot be read")?;
    let mut found = BTreeMap::new();
    for place in traffic.places() {
        if let Some(brand) = listed.iter().find(|brand| brand.accepts(place)) {
            found.insert((place.operator, place.mode), brand.read()?);
        }
    }
    let of_rider = |rider| {
        let place = traffic.first_place(rider);
        let brand = found.get(&(place.operator, place.mode)).copied();
        brand.with_context(|| {
            format!(
                "no brand of this system is accepted on {} of operator {}; a load source needs the \
                 embedded brands or such",
                place.mode.word(),
                place.operator
            )
        })
    };
    (0..riders).map(of_rider).collect()
}

/// A number that is nobody's: no country has +999.
fn number(seed: u64, rider: usize) -> String {
    format!("+999{:05}{rider:07}", seed % 100_000)
}

/// What to do where the first rider cannot sign up.
fn unprepared(fault: anyhow::Error) -> anyhow::Error {
    let remedy = match problem(&fault).map(|problem| problem.kind.as_str()) {
        Some("too-many-codes") => "another --seed is other riders",
        Some("sms-not-sent" | "provider-silent" | "provider-refused") => {
            "wire the back office to the sandbox: provider.url, provider.public_key, and its own \
             key as a merchant there"
        }
        Some(_) | None => {
            "a load source reads messages and signs mandates at the sandbox of --sandbox; wire the \
             back office to that one"
        }
    };
    fault.context(format!("no rider can sign up; {remedy}"))
}

fn problem(fault: &anyhow::Error) -> Option<&Problem> {
    match fault.downcast_ref()? {
        Trouble::Busy { problem, .. } | Trouble::Refused(problem) => Some(problem),
        Trouble::Unreachable(_) | Trouble::Nonsense(_) => None,
    }
}

/// Money for more rides than a run has, so that debts are not what is measured.
async fn fill_wallets(riders: &[Arc<Rider>], doors: &Arc<(Api, Api)>) -> anyhow::Result<()> {
    let listed = doors.1.get("/control/contracts").await?;
    let listed = listed.as_array().context("the sandbox lists contracts")?;
    let pair = |contract: &Value| {
        let number = contract["contract"].as_str()?.to_owned();
        Some((number, contract["wallet"].as_str()?.to_owned()))
    };
    let wallets: BTreeMap<String, String> = listed.iter().filter_map(pair).collect();
    let contracts = riders.iter().filter_map(|rider| rider.contract.as_ref());
    let full: Vec<String> = contracts
        .filter_map(|contract| wallets.get(contract).cloned())
        .collect();
    let fill = |place: usize| {
        let (doors, wallet) = (doors.clone(), &full[place]);
        let path = format!("/control/wallets/{wallet}");
        async move {
            let full = json!({ "balance_minor": BALANCE_MINOR });
            doors.1.post(&path, full).await.map(|_| ())
        }
    };
    for_each(full.len(), fill).await.map(|_| ())
}

async fn gates(
    traffic: &Traffic,
    folder: &Path,
    (staff, order, meter): (&Api, &Order, &Arc<Meter>),
) -> anyhow::Result<Vec<Arc<Gate>>> {
    let office = BackOffice::new(&order.against)?.before(meter.clone());
    let register = |site: usize| {
        let place = traffic.places()[site].clone();
        let (staff, office) = (staff.clone(), office.clone());
        let folder = folder.join(site.to_string());
        async move {
            let gate = Gate::register(place, &folder, (&staff, &office)).await;
            gate.context("a validator cannot be set up").map(Arc::new)
        }
    };
    for_each(traffic.places().len(), register).await
}

/// Journals go where writing costs no disk's time, unless a folder is named.
fn folder(order: &Order) -> anyhow::Result<TempDir> {
    let made = match &order.args.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()),
    };
    made.context("no folder for journals can be made; name one with --folder")
}

/// Does something for each of so many, some at once, and gives what came of it in order. The first
/// fault ends it.
pub(super) async fn for_each<T, F>(
    count: usize,
    make: impl Fn(usize) -> F,
) -> anyhow::Result<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = anyhow::Result<T>> + Send + 'static,
{
    let mut under_way = JoinSet::new();
    let mut done = BTreeMap::new();
    let mut places = 0..count;
    loop {
        while under_way.len() < AT_ONCE
            && let Some(place) = places.next()
        {
            let work = make(place);
            under_way.spawn(async move { (place, work.await) });
        }
        let Some(joined) = under_way.join_next().await else {
            return Ok(done.into_values().collect());
        };
        let (place, result) = joined.context("a task fell over")?;
        done.insert(place, result?);
    }
}

/// Requests under way while the stage is set.
const AT_ONCE: usize = 32;

/// The most a wallet of the sandbox takes.
const BALANCE_MINOR: u32 = 100_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_differ_by_rider_and_seed_and_are_numbers() {
        let check = |seed, rider, expected: &str| {
            let number = number(seed, rider);
            assert_eq!(number, expected);
            assert!(ridecode_account::Phone::new(&number).is_ok(), "{number}");
        };
        check(1, 0, "+999000010000000");
        check(1, 999_999, "+999000010999999");
        check(100_002, 3, "+999000020000003");
        check(u64::MAX, 3, "+999516150000003");
    }
}
