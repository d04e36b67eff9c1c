//! A server of PostgreSQL of one's own: in a directory that goes with it, on a free port of this machine, stopped and
//! started at will. It refuses to run as root, so root starts it as the user `postgres`.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Ends with this, also if the process that holds it is killed.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    keeper: Child,
}

impl Cluster {
    /// A new one, ready. Nothing of it must survive a power cut, so it need not wait for the disk.
    ///
    /// # Errors
    /// What the system says.
    pub fn start() -> io::Result<Self> {
        let folder = TempDir::new()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let data = folder.path().join("data");
        fs::create_dir(&data)?;
        let programs = programs()?;
        if is_root() {
            finish(Command::new("chown").arg("postgres").arg(&data))?;
        }
        let init =
            ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions", "-D"];
        finish(as_postgres(&programs.join("initdb")).args(init).arg(&data))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let keeper = keep(&programs, &data)?;
        let cluster = Self { folder, programs, port, keeper };
        cluster.configure(&format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n\
             max_connections = 300\nlog_min_messages = fatal\n"
        ))?;
        cluster.begin()?;
        Ok(cluster)
    }

    /// Its address, for this database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Where it listens on this machine.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where its data are.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Adds lines to its configuration; they count from the next start, or from [`reload`](Self::reload).
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn configure(&self, lines: &str) -> io::Result<()> {
        let path = self.data().join("postgresql.auto.conf");
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, before + lines)
    }

    /// Starts it, after it was stopped.
    ///
    /// # Errors
    /// If it does not become ready.
    pub fn begin(&self) -> io::Result<()> {
        self.control(&["-w", "-s", "-l", "/dev/null", "start"])
    }

    /// Stops it: `fast` in order, `immediate` as a crash would.
    ///
    /// # Errors
    /// If it was not running.
    pub fn stop(&self, how: &str) -> io::Result<()> {
        self.control(&["-w", "-s", "-m", how, "stop"])
    }

    /// Reads its configuration again.
    ///
    /// # Errors
    /// If it is not running.
    pub fn reload(&self) -> io::Result<()> {
        self.control(&["-s", "reload"])
    }

    /// What it answers to some SQL, as text, as its superuser.
    ///
    /// # Errors
    /// If it refuses.
    pub fn ask(&self, database: &str, sql: &str) -> io::Result<String> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database), "-c", sql]);
        let output = psql.stderr(Stdio::inherit()).output()?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => Err(io::Error::other("psql failed")),
        }
    }

    fn control(&self, words: &[&str]) -> io::Result<()> {
        finish(as_postgres(&self.programs.join("pg_ctl")).arg("-D").arg(self.data()).args(words))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Stops it once nobody holds the other end of its input any more.
fn keep(programs: &Path, data: &Path) -> io::Result<Child> {
    let run = if is_root() { "runuser -u postgres -- " } else { "" };
    let script = format!("read _; {run}\"$0\" -D \"$1\" -s -m immediate stop");
    let mut keeper = Command::new("sh");
    keeper.arg("-c").arg(script).arg(programs.join("pg_ctl")).arg(data);
    keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

/// Debian keeps them apart by version, and puts none on the path.
fn programs() -> io::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for version in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let programs = version.path().join("bin");
        let number = version.file_name().to_string_lossy().parse().unwrap_or(0);
        if programs.join("initdb").exists() {
            found.push((number, programs));
        }
    }
    found.sort();
    found.pop().map(|(_, programs)| programs).ok_or_else(|| io::Error::other("no PostgreSQL in /usr/lib/postgresql"))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args([OsStr::new("-u"), OsStr::new("postgres"), OsStr::new("--"), program.as_os_str()]);
    command
}

fn finish(command: &mut Command) -> io::Result<()> {
    let output = command.current_dir("/").stdin(Stdio::null()).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))),
    }
}
