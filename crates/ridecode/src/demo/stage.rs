//! The stage: sandbox provider, back office and validators, wired as an operator would wire them.

use anyhow::Context as _;
use ridecode_office::Entropy as _;
use ridecode_store::Store;
use serde_json::json;

use super::cast::{Folder, Program};
use super::gate::{Gate, Network, Post};
use super::print;
use super::staff::DemoStaff;
use crate::client::Api;
use crate::config::{Config, Source};
use crate::entropy::SystemEntropy;
use crate::{desk, serve};

/// Everything the morning needs.
pub(super) struct Stage {
    /// Where everything is kept.
    pub(super) folder: Folder,
    /// The back office, in this process.
    pub(super) office: serve::Running,
    /// The back office as riders' phones reach it.
    pub(super) riders: Api,
    /// The back office as staff reach it.
    pub(super) staff: Api,
    /// Who signs in at the console.
    pub(super) people: DemoStaff,
    /// The payment provider and SMS gateway.
    pub(super) sandbox: Api,
    /// The metro gates, the buses, the BRT.
    pub(super) gates: Gates,
    /// Readers of examples/ that anybody may start.
    pub(super) spares: [Spare; 2],
    _sandbox: Program,
}

/// A reader of examples/ with a one-time code of its own, not started yet.
pub(super) struct Spare {
    /// What it is, in words.
    pub(super) name: &'static str,
    /// Its settings file.
    pub(super) file: &'static str,
    /// Whose it is.
    operator: u32,
    /// With which it may register.
    pub(super) code: String,
}

impl Spare {
    fn both() -> [Self; 2] {
        let fresh = || format!("{:016x}", SystemEntropy.number());
        [
            Self {
                name: "a gate of yours",
                file: "examples/gate.toml",
                operator: 1,
                code: fresh(),
            },
            Self {
                name: "a bus of yours",
                file: "examples/bus.toml",
                operator: 2,
                code: fresh(),
            },
        ]
    }
}

/// The validators of the morning.
pub(super) struct Gates {
    /// Where the rider of the Guangfo line enters.
    pub(super) zumiao: Gate,
    /// Where riders leave.
    pub(super) tiyuxilu_out: Gate,
    /// Where riders enter line 1.
    pub(super) tiyuxilu_in: Gate,
    /// A Guangzhou bus.
    pub(super) bus: Gate,
    /// A BRT station.
    pub(super) brt: Gate,
    /// A Foshan bus without a network.
    pub(super) foshan_bus: Gate,
}

impl Stage {
    /// Starts the sandbox, the back office and the validators.
    pub(super) async fn set(folder: Folder, listen: &str) -> anyhow::Result<Self> {
        let (program, sandbox) = start_sandbox(&folder).await?;
        let mut gates = Gates::new(&folder)?;
        let spares = Spare::both();
        let people = DemoStaff::draw()?;
        let wired = (&gates, &spares[..], listen);
        let (office, token) = open_office(&folder, &sandbox, &people, wired).await?;
        let url = format!("http://{}", office.address);
        let riders = Api::new(&url)?;
        let staff = riders.with_token(&token);
        print::line("back office", &format!("serves at {url}, one SQLite file"));
        for gate in gates.all() {
            gate.switch_on(Network::Up(&url)).await?;
            print::line(gate.post.name, "registered, bundle verified and in force");
        }
        gates.foshan_bus.kill().await?;
        gates.foshan_bus.switch_on(Network::Cut).await?;
        print::note(
            gates.foshan_bus.post.name,
            "leaves the depot; no network from here on",
        );
        Ok(Self {
            folder,
            office,
            riders,
            staff,
            people,
            sandbox,
            gates,
            spares,
            _sandbox: program,
        })
    }
}

impl Stage {
    /// The memory of the back office.
    pub(super) fn store(&self) -> &Store {
        &self.office.office.store
    }
}

impl Gates {
    fn new(folder: &Folder) -> anyhow::Result<Self> {
        Ok(Self {
            zumiao: Gate::new(ZUMIAO, folder)?,
            tiyuxilu_out: Gate::new(TIYUXILU_OUT, folder)?,
            tiyuxilu_in: Gate::new(TIYUXILU_IN, folder)?,
            bus: Gate::new(BUS, folder)?,
            brt: Gate::new(BRT, folder)?,
            foshan_bus: Gate::new(FOSHAN_BUS, folder)?,
        })
    }

    /// All of them.
    pub(super) fn all(&mut self) -> [&mut Gate; 6] {
        [
            &mut self.zumiao,
            &mut self.tiyuxilu_out,
            &mut self.tiyuxilu_in,
            &mut self.bus,
            &mut self.brt,
            &mut self.foshan_bus,
        ]
    }
}

async fn start_sandbox(folder: &Folder) -> anyhow::Result<(Program, Api)> {
    let arguments = [
        "sandbox",
        "--listen",
        "127.0.0.1:0",
        "--setup-secret",
        SETUP_SECRET,
        "--finish-after-s",
        "1",
    ];
    let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
    let mut program = Program::start("sandbox", &arguments, &folder.path)?;
    let url = program
        .wait_for(|line| {
            let start = line.find("http://")?;
            line[start..].split_whitespace().next().map(str::to_owned)
        })
        .await?;
    print::line(
        "payment provider",
        &format!("sandbox at {url}, a program of its own"),
    );
    Ok((program, Api::new(url.trim_end_matches('/'))?))
}

async fn open_office(
    folder: &Folder,
    sandbox: &Api,
    people: &DemoStaff,
    (gates, spares, listen): (&Gates, &[Spare], &str),
) -> anyhow::Result<(serve::Running, String)> {
    let key = sandbox.get("/v1/key").await?;
    let key = key["key"]
        .as_str()
        .context("the sandbox tells its key")?
        .to_owned();
    let token = format!(
        "{:016x}{:016x}",
        SystemEntropy.number(),
        SystemEntropy.number()
    );
    let brands = folder.path.join("brands.toml");
    std::fs::write(&brands, impatient_brands()).context("the brands cannot be written")?;
    let path = folder.path.join("ridecode.toml");
    std::fs::write(&path, settings((&token, people), gates, spares))
        .context("the settings cannot be written")?;
    let source = Source {
        config: Some(path),
        folder: Some(folder.sub("office")?),
        set: vec![
            format!("serve.listen={listen}"),
            format!("desk.brands={}", brands.display()),
            format!("provider.url={}", sandbox.url()),
            format!("provider.public_key={key}"),
        ],
        ..Source::default()
    };
    let config = Config::load(&source, &[])?;
    let opened = desk::open(&config, &mut SystemEntropy)?;
    let registration = json!({
        "merchant": config.provider.merchant,
        "key": hex::encode(opened.merchant_key),
        "secret": SETUP_SECRET,
    });
    sandbox.post("/merchants", registration).await?;
    Ok((serve::start_office(&config, opened).await?, token))
}

/// The brands of data/, with a short acceptance window: a screenshot is stale after seconds.
fn impatient_brands() -> String {
    let window = format!("acceptance_window_s = {ACCEPTANCE_WINDOW_S}");
    desk::EMBEDDED.replace("acceptance_window_s = 60", &window)
}

/// The demo's settings: an impatient office, so that a morning takes seconds.
fn settings((token, staff): (&str, &DemoStaff), gates: &Gates, spares: &[Spare]) -> String {
    let mut text = format!(
        "# Written by `ridecode demo`.\n\
         [work]\ntick_ms = 200\n\n\
         [policy]\nretry_after_s = [3]\nask_after_s = 1\n\n\
         [log]\nfilter = \"error\"\n\n\
         [[staff]]\nname = \"demo\"\ntoken = \"{token}\"\nrole = \"admin\"\n"
    );
    text.push_str(&staff.settings());
    text.push_str(&payout_accounts());
    let gates = [
        &gates.zumiao,
        &gates.tiyuxilu_out,
        &gates.tiyuxilu_in,
        &gates.bus,
        &gates.brt,
        &gates.foshan_bus,
    ];
    let gates = gates.map(|gate| (gate.registration(), gate.post.operator));
    let spares = spares
        .iter()
        .map(|spare| (spare.code.clone(), spare.operator));
    for (code, operator) in gates.into_iter().chain(spares) {
        text.push_str(&format!(
            "\n[[validator_code]]\ncode = \"{code}\"\noperator = {operator}\n"
        ));
    }
    text
}

/// Bank accounts of everybody in the brands, so that payouts can be written for a bank.
fn payout_accounts() -> String {
    let operators = ["广州地铁", "广州公交", "佛山公交", "佛山地铁"];
    let operators = (1..)
        .zip(operators)
        .map(|(number, name)| (format!("operator = {number}"), name));
    let issuers = [
        ("99990101", "羊城通"),
        ("00001131", "广州地铁乘车码"),
        ("00001136", "广佛通"),
    ];
    let issuers = issuers.map(|(number, name)| (format!("issuer = \"{number}\""), name));
    (440_100_000_001_u64..)
        .zip(operators.chain(issuers))
        .map(|(account, (party, name))| {
            format!(
                "\n[[payout_account]]\n{party}\nname = \"{name}\"\naccount = \"{account}\"\n\
                 bank = \"示范银行\"\n"
            )
        })
        .collect()
}

/// How old a compact code may be at the demo's gates, in seconds: one refresh of the phone.
pub(super) const ACCEPTANCE_WINDOW_S: i64 = 15;

const SETUP_SECRET: &str = "demo-setup";

const ZUMIAO: Post = Post {
    id: "zumiao-in",
    name: "祖庙站 进站闸机",
    operator: 1,
    place: "mode=metro,passage=in,stop=zumiao",
};
const TIYUXILU_OUT: Post = Post {
    id: "tiyuxilu-out",
    name: "体育西路站 出站闸机",
    operator: 1,
    place: "mode=metro,passage=out,stop=tiyuxilu",
};
const TIYUXILU_IN: Post = Post {
    id: "tiyuxilu-in",
    name: "体育西路站 进站闸机",
    operator: 1,
    place: "mode=metro,passage=in,stop=tiyuxilu",
};
const BUS: Post = Post {
    id: "bus-1",
    name: "广州 1路公交车",
    operator: 2,
    place: "mode=bus,passage=single,line=gzbus1",
};
const BRT: Post = Post {
    id: "brt-gangding",
    name: "BRT 岗顶站",
    operator: 2,
    place: "mode=brt,passage=single,line=brt,stop=brt-gangding",
};
const FOSHAN_BUS: Post = Post {
    id: "foshan-bus-103",
    name: "佛山 103路公交车",
    operator: 3,
    place: "mode=bus,passage=single,line=fsbus103",
};
