//! A PostgreSQL server for tests: one for all tests of a run, a database for each.
//!
//! The first test that asks starts it, in a folder of its own, on a socket and with nothing made
//! durable; test programs that run beside it share it. A small watchdog ends it when the last of
//! them is gone, however it went. Whatever is missing is a failure that says what to install.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// An empty database of its own, which goes with it.
#[derive(Debug)]
pub struct Database {
    server: &'static Server,
    name: String,
}

impl Database {
    /// Makes one. Panics where there is no server and none can be started.
    pub fn new() -> Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = SERVER.get_or_init(Server::start);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        server.tell("postgres", &format!("CREATE DATABASE {name}"));
        Self { server, name }
    }

    /// Where it is, as programs are told.
    pub fn address(&self) -> String {
        let folder = self.server.folder.display();
        format!("host={folder} user={USER} dbname={}", self.name)
    }

    /// Runs statements over it, as an operator would.
    pub fn tell(&self, sql: &str) -> String {
        self.server.tell(&self.name, sql)
    }

    /// Has the server end every connection to it, as a restart does.
    pub fn end_connections(&self) {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE pid <> pg_backend_pid() AND datname = current_database()";
        self.tell(sql);
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
            self.server.tell("postgres", &sql);
        }
    }
}

/// The server, and this program's share in it.
#[derive(Debug)]
struct Server {
    programs: PathBuf,
    /// Holds the socket, the data, the locks.
    folder: PathBuf,
    /// Locked with others as long as this program runs: what the watchdog waits for.
    _share: File,
}

impl Server {
    /// Joins the server that runs, or starts it.
    fn start() -> Self {
        let programs = find_programs();
        let owner = find_owner();
        let folder = folder();
        fs::create_dir_all(&folder).expect("a folder for the test database");
        if let Some((user, group)) = owner {
            chown(&folder, Some(user), Some(group)).expect("a folder of the server's own");
        }
        let starting = lock_file(&folder, "starting");
        starting.lock().expect("a lock");
        let share = lock_file(&folder, "sharing");
        share.lock_shared().expect("a lock");
        let server = Self {
            programs,
            folder,
            _share: share,
        };
        if !server.runs() {
            server.start_anew(owner);
        }
        server
    }

    fn runs(&self) -> bool {
        let asked = self.ask("postgres", "SELECT 1").output();
        asked.is_ok_and(|said| said.status.success())
    }

    fn start_anew(&self, owner: Option<(u32, u32)>) {
        let data = self.folder.join("data");
        // Of a server that was killed; nothing of it is wanted.
        drop(fs::remove_dir_all(&data));
        let mut make = self.command("initdb", owner);
        make.args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        run(make.arg("-U").arg(USER).arg("-D").arg(&data));
        let folder = self.folder.display();
        let options = format!("-k {folder} -c listen_addresses='' {SETTINGS}");
        let mut start = self.command("pg_ctl", owner);
        start.args(["start", "--wait", "--silent", "-o", &options]);
        let log = self.folder.join("log");
        run(start.arg("-l").arg(log).arg("-D").arg(&data));
        let stop = self.programs.join("pg_ctl");
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", WATCHDOG, "watchdog"]);
        watchdog
            .arg(self.folder.join("sharing"))
            .arg(stop)
            .arg(&data);
        as_owner(&mut watchdog, owner);
        run(watchdog.process_group(0));
    }

    fn command(&self, program: &str, owner: Option<(u32, u32)>) -> Command {
        let mut command = Command::new(self.programs.join(program));
        as_owner(&mut command, owner);
        command
    }

    fn ask(&self, database: &str, sql: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER]);
        psql.arg("-h")
            .arg(&self.folder)
            .args(["-d", database, "-c", sql]);
        psql
    }

    fn tell(&self, database: &str, sql: &str) -> String {
        run(&mut self.ask(database, sql))
    }
}

/// Runs a command to its end and gives what it said.
fn run(command: &mut Command) -> String {
    let said = command.stdin(Stdio::null()).output();
    let said = said.unwrap_or_else(|fault| panic!("{command:?}: {fault}"));
    let complaint = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{command:?}: {complaint}");
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

/// Has a command run not as root, which PostgreSQL refuses to, and where everybody may be.
fn as_owner(command: &mut Command, owner: Option<(u32, u32)>) {
    command.current_dir("/");
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
}

fn lock_file(folder: &Path, name: &str) -> File {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = options.open(folder.join(name));
    let file = file.unwrap_or_else(|fault| panic!("{}/{name}: {fault}", folder.display()));
    // The watchdog may be another user's.
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    drop(file.set_permissions(everybody));
    file
}

/// The newest programs of PostgreSQL: where Debian puts them, or on the path.
fn find_programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let version = version.ok()?;
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .collect();
    folders.sort_unstable_by(|one, other| other.cmp(one));
    let elsewhere = ["/usr/local/bin", "/usr/bin", "/usr/local/pgsql/bin"];
    let folders = folders.into_iter().map(|(_, folder)| folder);
    let mut folders = folders.chain(elsewhere.map(PathBuf::from));
    let complete = |folder: &PathBuf| {
        let mut needed = ["initdb", "pg_ctl", "postgres", "psql"].into_iter();
        needed.all(|program| folder.join(program).exists())
    };
    folders.find(complete).unwrap_or_else(|| {
        panic!(
            "no PostgreSQL here: initdb, pg_ctl, postgres and psql are looked for in \
             /usr/lib/postgresql/*/bin and {elsewhere:?}; install the package postgresql"
        )
    })
}

/// As whom the server runs, where this program is root's: Debian's user for it, or nobody.
fn find_owner() -> Option<(u32, u32)> {
    let own = fs::metadata("/proc/self").expect("who runs this program");
    if std::os::unix::fs::MetadataExt::uid(&own) != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("the users of this machine");
    let ids = |name: &str| {
        let mut lines = users
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>());
        let found = lines.find(|fields| fields.first() == Some(&name))?;
        Some((found.get(2)?.parse().ok()?, found.get(3)?.parse().ok()?))
    };
    let owner = ids("postgres").or_else(|| ids("nobody"));
    Some(owner.expect("PostgreSQL does not run as root, and there is no user postgres or nobody"))
}

/// A short path, for sockets have short names, that other users can reach, and that differs from
/// one folder of built tests to another.
fn folder() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this program");
    let built = program
        .parent()
        .expect("a folder")
        .as_os_str()
        .as_encoded_bytes();
    // FNV-1a.
    let hash = built.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    std::env::temp_dir().join(format!("ridecode-postgres-{hash:016x}"))
}

/// Ends the server when nobody has shared it for two seconds, and leaves nothing behind but its log.
const WATCHDOG: &str = r#"
    exec 9<"$1"
    while true; do
        flock --exclusive 9
        flock --unlock 9
        sleep 2
        if flock --exclusive --nonblock 9; then
            "$2" stop --mode=immediate -D "$3"
            exec rm -rf "$3"
        fi
    done >/dev/null 2>&1 &
"#;

/// As whom tests speak to the server.
const USER: &str = "ridecode";

/// Fast, not durable, and room for many tests at once.
const SETTINGS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off \
     -c max_connections=400 -c deadlock_timeout=100ms";
