//! The command line.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, Config};
use crate::control::{self, Command};
use crate::output::{self, Failure};
use crate::serve;

/// Sessions and tokens, one record, one revoke.
#[derive(Parser)]
#[command(name = "doorward", version, about, disable_help_subcommand = true)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    what: What,
}

#[derive(Args)]
struct Common {
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data directory.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Run the server.
    Serve {
        /// On this machine only, without TLS, with open sign-up: to try and to develop.
        #[arg(long)]
        dev: bool,
        /// Where to listen.
        #[arg(long, value_name = "ADDR:PORT")]
        listen: Option<SocketAddr>,
    },
    /// Check or show settings.
    #[command(subcommand)]
    Config(ConfigWhat),
    /// People's accounts.
    #[command(subcommand)]
    Account(AccountWhat),
    /// Sign-ins.
    #[command(subcommand)]
    Session(SessionWhat),
    /// Signing keys.
    #[command(subcommand)]
    Key(KeyWhat),
    /// Print the version.
    Version,
}

#[derive(Subcommand)]
enum ConfigWhat {
    /// Read the settings and report every fault, with file and line.
    Check,
    /// Print a JSON Schema of the file.
    Schema,
    /// Print a file with every setting, its default and what it does.
    Example,
}

#[derive(Subcommand)]
enum AccountWhat {
    /// Make an account.
    Add {
        /// What the person will sign in with.
        identifier: String,
        /// How the person is called.
        #[arg(long)]
        display_name: Option<String>,
        /// Read the password from standard input instead of asking for it.
        #[arg(long, conflicts_with = "no_password")]
        password_stdin: bool,
        /// An account that nobody can sign in to yet.
        #[arg(long)]
        no_password: bool,
    },
    /// List accounts in the order of their identifiers.
    List {
        /// Begin behind this identifier.
        #[arg(long)]
        after: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show one.
    Show {
        /// Identifier or account id.
        account: String,
    },
    /// End all its sessions and let nobody sign in.
    Disable {
        /// Identifier or account id.
        account: String,
    },
    /// Let people sign in again.
    Enable {
        /// Identifier or account id.
        account: String,
    },
}

#[derive(Subcommand)]
enum SessionWhat {
    /// List an account's sessions.
    List {
        /// Identifier or account id.
        account: String,
    },
    /// End a session, or all sessions of an account.
    Revoke {
        /// Session id.
        #[arg(required_unless_present = "account", conflicts_with = "account")]
        sid: Option<String>,
        /// All sessions of this account.
        #[arg(long)]
        account: Option<String>,
    },
}

#[derive(Subcommand)]
enum KeyWhat {
    /// List signing keys and what each is for.
    List,
}

/// Does what the command line says.
pub(crate) fn run() -> Result<(), Failure> {
    let Arguments { common, what } = Arguments::parse();
    output::set_json(common.json);
    match what {
        What::Version => output::show(&serde_json::json!({ "name": "doorward", "version": env!("CARGO_PKG_VERSION") })),
        What::Config(ConfigWhat::Schema) => println!("{}", config::schema()),
        What::Config(ConfigWhat::Example) => print!("{}", config::example()),
        What::Config(ConfigWhat::Check) => {
            load(&common)?;
            output::show(&serde_json::json!({ "status": "no faults" }));
        }
        What::Serve { dev: true, listen } => {
            let config = Config::for_development(common.config.as_deref(), common.data, listen)?;
            return serve::run(config);
        }
        What::Serve { dev: false, listen } => {
            let mut config = load(&common)?;
            config.listen = listen.unwrap_or(config.listen);
            config.check_listen()?;
            return serve::run(config);
        }
        What::Account(what) => return control::run(&find_data(&common)?, account(what)?),
        What::Session(what) => return control::run(&find_data(&common)?, session(what)),
        What::Key(KeyWhat::List) => return control::run(&find_data(&common)?, Command::KeyList),
    }
    Ok(())
}

fn load(common: &Common) -> Result<Config, Failure> {
    let Some(file) = &common.config else {
        return Err(Failure::new("no_configuration", NO_FILE));
    };
    Config::load(file, common.data.clone())
}

const NO_FILE: &str = "no configuration: give one with --config FILE
  to try Doorward on this machine:   doorward serve --dev
  to write a file to begin with:     doorward config example > doorward.toml";

/// Commands for operators need a data directory; without a file they mean that of `serve --dev`.
fn find_data(common: &Common) -> Result<Config, Failure> {
    match &common.config {
        Some(file) => Config::load(file, common.data.clone()),
        None => Config::for_development(None, common.data.clone(), None),
    }
}

fn account(what: AccountWhat) -> Result<Command, Failure> {
    Ok(match what {
        AccountWhat::Add { identifier, display_name, password_stdin, no_password } => {
            let password = if no_password { None } else { Some(read_password(password_stdin)?) };
            Command::AccountAdd { identifier, password, display_name }
        }
        AccountWhat::List { after, limit } => Command::AccountList { after, limit },
        AccountWhat::Show { account } => Command::AccountShow { account },
        AccountWhat::Disable { account } => Command::AccountDisable { account },
        AccountWhat::Enable { account } => Command::AccountEnable { account },
    })
}

fn session(what: SessionWhat) -> Command {
    match what {
        SessionWhat::List { account } => Command::SessionList { account },
        SessionWhat::Revoke { sid: Some(sid), .. } => Command::SessionRevoke { sid },
        SessionWhat::Revoke { sid: None, account } => {
            Command::SessionRevokeAll { account: account.expect("the command line needs one of the two") }
        }
    }
}

/// Never from an argument: those are seen by everybody on the machine.
fn read_password(from_stdin: bool) -> Result<String, Failure> {
    let stdin = std::io::stdin();
    if !from_stdin && !stdin.is_terminal() {
        return Err(Failure::new(
            "no_terminal",
            "no terminal to ask for the password: use --password-stdin or --no-password",
        ));
    }
    let _quiet = if from_stdin { None } else { Some(Quiet::begin()?) };
    let mut line = String::new();
    stdin.lock().read_line(&mut line).map_err(|e| Failure::new("unreadable_input", e.to_string()))?;
    let password = line.strip_suffix('\n').unwrap_or(&line);
    Ok(password.strip_suffix('\r').unwrap_or(password).to_owned())
}

/// The terminal shows nothing of what is typed until this is dropped.
struct Quiet {
    before: rustix::termios::Termios,
}

impl Quiet {
    fn begin() -> Result<Self, Failure> {
        let failed =
            |e: rustix::io::Errno| Failure::new("no_terminal", format!("the terminal cannot be silenced: {e}"));
        let before = rustix::termios::tcgetattr(std::io::stdin()).map_err(failed)?;
        let mut silent = before.clone();
        silent.local_modes.remove(rustix::termios::LocalModes::ECHO);
        eprint!("Password: ");
        let _ = std::io::stderr().flush();
        rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, &silent).map_err(failed)?;
        Ok(Self { before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, &self.before);
        eprintln!();
    }
}
