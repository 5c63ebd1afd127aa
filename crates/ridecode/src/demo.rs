//! The demo: a morning in Guangzhou and Foshan, played by the real programs and shown.
//!
//! The sandbox provider and every validator are processes of their own, the back office serves
//! from this one. Riders' phones speak HTTP to it as an app would; validators read QR pictures.
//! Nothing is played that did not happen: every line is printed because a program said so.

mod print;

mod cast;

mod gate;
mod phone;
mod staff;
mod stage;

mod evening;
mod morning;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use self::cast::Folder;
use self::staff::DemoStaff;
use self::stage::Stage;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Play the morning and exit: with 0 if everything added up, with 2 if not.
    #[arg(long)]
    headless: bool,
    /// Set the stage and play nothing: an empty office to try the rider's app with.
    #[arg(long, conflicts_with = "headless")]
    empty: bool,
    /// Folder for everything the demo makes. Default: a temporary one, removed at the end.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Address and port the back office listens on; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: std::net::SocketAddr,
}

/// Plays the morning.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    runtime.block_on(play(args))?;
    Ok(ExitCode::SUCCESS)
}

async fn play(args: Args) -> anyhow::Result<()> {
    print::title("Ridecode · 乘车码 · a morning in Guangzhou and Foshan");
    let folder = Folder::open(args.folder)?;
    let mut stage = Stage::set(folder, &args.listen.to_string()).await?;
    if !args.empty {
        play_the_morning(&mut stage).await?;
    }
    if !args.headless {
        stay(&stage).await?;
    }
    stage.office.stop().await
}

async fn play_the_morning(stage: &mut Stage) -> anyhow::Result<()> {
    let mut riders = morning::enrol(stage).await?;
    let screenshot = morning::metro(stage, &mut riders).await?;
    morning::bus(stage, &mut riders).await?;
    morning::debt(stage, &mut riders).await?;
    morning::faults(stage, &mut riders).await?;
    morning::fraud(stage, &mut riders, screenshot).await?;
    evening::close(stage, &riders).await
}

async fn stay(stage: &Stage) -> anyhow::Result<()> {
    print::title("Still running; Ctrl-C ends it");
    let office = stage.riders.url();
    let sandbox = stage.sandbox.url();
    print::line("rider's app", &format!("{office}/ (open it in a browser)"));
    print::line(
        "console",
        &format!("{office}/console (open it in a browser)"),
    );
    let names: Vec<String> = DemoStaff::names().collect();
    print::line("sign in as", &names.join(", "));
    print::line("password", &stage.people.password);
    let program = std::env::current_exe().context("this program has no path")?;
    let settings = stage.folder.path.join("ridecode.toml");
    print::line(
        "one-time code",
        &format!(
            "{} staff totp {} --config {}",
            program.display(),
            names.first().map_or("", String::as_str),
            settings.display()
        ),
    );
    print::line("back office", office);
    print::line("its interface", &format!("{office}/openapi.json"));
    print::line(
        "payment provider",
        &format!("{sandbox}/ (wallets, contracts, orders)"),
    );
    print::line("riders' messages", &format!("{sandbox}/sms"));
    print::line("files", &stage.folder.path.display().to_string());
    tell_spares(stage)?;
    tokio::signal::ctrl_c()
        .await
        .context("Ctrl-C cannot be waited for")
}

/// Two readers that may be started beside it, each with one command.
fn tell_spares(stage: &Stage) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("this program cannot find itself")?;
    let (program, office) = (program.display(), stage.riders.url());
    print::title("Readers of your own: start them in another terminal");
    for spare in &stage.spares {
        let folder = stage.folder.path.join(spare.name.replace(' ', "-"));
        let (file, folder, code) = (spare.file, folder.display(), &spare.code);
        print::line(
            spare.name,
            &format!(
                "{program} validator --config {file} --folder {folder} --server {office} \
                 --register {code}"
            ),
        );
    }
    print::line(
        "the gate's pages",
        "http://127.0.0.1:7701/ and http://127.0.0.1:7701/camera",
    );
    print::line(
        "the bus's driver",
        "signs on to line gzbus1 at http://127.0.0.1:7700/driver",
    );
    Ok(())
}

const EXAMPLES: &str = "\
Examples:
  ridecode demo
  ridecode demo --headless
  ridecode demo --empty --listen 127.0.0.1:8080
  ridecode demo --folder morning --listen 127.0.0.1:8080

Everything listens on the loopback interface. Amounts are in yuan.";
