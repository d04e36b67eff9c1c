//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use serde_json::json;

use crate::config::{self, Config, Wishes};
use crate::control::command::link;
use crate::control::{self, Command};
use crate::output::{self, Failure, Form};
use crate::{leaked, serve, tls};

mod account;
mod audit;
mod client;
mod key;
mod role;
mod secret;
mod session;

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
    /// The data directory [default: as configured, else ./doorward-data].
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
        /// Where to listen, like 127.0.0.1:8080; port 0 takes any free one.
        #[arg(long, value_name = "ADDR:PORT")]
        listen: Option<SocketAddr>,
    },
    /// Check or show settings.
    #[command(subcommand)]
    Config(ConfigWhat),
    /// Make a link for the first administrator; it works once, for an hour.
    SetupLink,
    /// People's accounts.
    #[command(subcommand)]
    Account(account::What),
    /// Sign-ins.
    #[command(subcommand)]
    Session(session::What),
    /// Signing keys.
    #[command(subcommand)]
    Key(key::What),
    /// Applications.
    #[command(subcommand)]
    Client(client::What),
    /// Roles, and the permissions they give.
    #[command(subcommand)]
    Role(role::What),
    /// Permissions that applications ask for.
    #[command(subcommand)]
    Permission(role::OfPermission),
    /// Root secrets.
    #[command(subcommand)]
    Secret(secret::What),
    /// Who did what.
    #[command(subcommand)]
    Audit(audit::What),
    /// Find our credentials in any text, say what each is worth, and end them.
    Leaked {
        /// Where to look [default: standard input].
        file: Option<PathBuf>,
        /// End what still works.
        #[arg(long)]
        revoke: bool,
    },
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

/// Does what the command line says.
pub(crate) fn run() -> ExitCode {
    let Arguments { common, what } = Arguments::parse();
    let form = if common.json { Form::Json } else { Form::Text };
    match act(common, what, form) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            form.fail(&failure);
            failure.exit_code()
        }
    }
}

fn act(common: Common, what: What, form: Form) -> Result<(), Failure> {
    match what {
        What::Version => match form {
            Form::Text => output::print(concat!("doorward ", env!("CARGO_PKG_VERSION"), "\n")),
            Form::Json => form.show(&json!({ "name": "doorward", "version": env!("CARGO_PKG_VERSION") })),
        },
        What::Config(ConfigWhat::Schema) => output::print(&format!("{}\n", config::schema())),
        What::Config(ConfigWhat::Example) => output::print(&config::example()),
        What::Config(ConfigWhat::Check) => {
            let config = common.load(false, None)?;
            tls::check(&config)?;
            form.show(&json!({ "status": "no faults", "warnings": config.warnings }));
        }
        What::Serve { dev, listen } => return serve::run(common.load(dev, listen)?),
        What::Account(what) => {
            let config = common.of_operator()?;
            what.act(&config, form)?;
        }
        What::SetupLink => common.ask(form, &Command::Link(link::Ask::Setup))?,
        What::Session(what) => common.ask(form, &Command::Session(what.ask()))?,
        What::Key(what) => common.ask(form, &Command::Key(what.ask()))?,
        What::Leaked { file, revoke } => form.show(&leaked::run(&common.of_operator()?, file.as_deref(), revoke)?),
        What::Client(what) => common.ask(form, &Command::Client(what.ask()))?,
        What::Role(what) => common.ask(form, &Command::Role(what.ask()))?,
        What::Permission(what) => common.ask(form, &Command::Role(what.ask()))?,
        What::Secret(what) => common.ask(form, &Command::Secret(what.ask()))?,
        What::Audit(what) => common.ask(form, &Command::Audit(what.ask()))?,
    }
    Ok(())
}

impl Common {
    fn load(self, dev: bool, listen: Option<SocketAddr>) -> Result<Config, Failure> {
        if self.config.is_none() && !dev {
            return Err(Failure::usage(NO_FILE));
        }
        Config::load(self.config.as_deref(), Wishes { dev, listen, data: self.data })
    }

    /// Has it done, and shows what came of it.
    fn ask(self, form: Form, command: &Command) -> Result<(), Failure> {
        form.show(&control::run(&self.of_operator()?, command)?);
        Ok(())
    }

    /// Commands for operators need a data directory; without a file they mean that of `serve --dev`.
    fn of_operator(self) -> Result<Config, Failure> {
        let dev = self.config.is_none();
        self.load(dev, None)
    }
}

const NO_FILE: &str = "no configuration: give one with --config FILE
  to try Doorward on this machine:   doorward serve --dev
  to write a file to begin with:     doorward config example > doorward.toml
  and then:                          doorward serve --config doorward.toml";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_argument_takes_a_password() {
        let refused = ["account", "add", "ada@example.org", "--password", "correct horse battery staple"];
        assert!(Arguments::try_parse_from(["doorward"].iter().chain(&refused)).is_err());
    }

    #[test]
    fn a_session_or_an_account_is_revoked_and_never_both() {
        let parse =
            |rest: &[&str]| Arguments::try_parse_from(["doorward", "session", "revoke"].iter().chain(rest)).is_ok();
        assert!(parse(&["sid"]) && parse(&["--account", "ada"]));
        assert!(!parse(&[]) && !parse(&["sid", "--account", "ada"]));
    }

    #[test]
    fn a_name_that_begins_with_a_hyphen_is_a_name_and_what_follows_is_still_an_option() {
        for words in [
            ["key", "distrust"],
            ["secret", "remove"],
            ["secret", "distrust"],
            ["key", "remove"],
            ["session", "revoke"],
        ] {
            let typed = ["doorward"].iter().chain(&words).chain(&["-Aqn7", "--json", "--data", "x"]);
            let read = Arguments::try_parse_from(typed).unwrap();
            assert!(read.common.json && read.common.data.is_some());
        }
    }
}
