//! `doorward account …`

use std::path::PathBuf;

use clap::Subcommand;

use crate::bulk::{self, Format};
use crate::config::Config;
use crate::control::command::account::Ask;
use crate::control::command::link;
use crate::control::{self, Command};
use crate::output::{Failure, Form};
use crate::typed;

#[derive(Subcommand)]
pub(super) enum What {
    /// Make an account.
    Add {
        /// What the person will sign in with.
        identifier: String,
        /// How the person is called.
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
        /// Read the password from standard input instead of asking for it.
        #[arg(long, conflicts_with_all = ["no_password", "generate"])]
        password_stdin: bool,
        /// Make up a passphrase, and print it once.
        #[arg(long, conflicts_with = "no_password")]
        generate: bool,
        /// An account that nobody can sign in to yet.
        #[arg(long)]
        no_password: bool,
    },
    /// Bring accounts along from a file of CSV or of JSON lines.
    Import {
        /// The file; - reads standard input.
        file: PathBuf,
        /// Taken from the first character if left out.
        #[arg(long, value_enum)]
        format: Option<Format>,
        /// Write nothing; report what would be.
        #[arg(long)]
        dry_run: bool,
        /// Bring along what can be used, though other lines are faulty.
        #[arg(long)]
        skip_faulty: bool,
        /// Change whoever is there: display name, roles, disabled or not; a password only where there is none.
        #[arg(long)]
        update: bool,
        /// Keep the account ids of an export from Doorward.
        #[arg(long)]
        keep_ids: bool,
        /// Write which account each line has become into this new file, as JSON lines.
        #[arg(long, value_name = "FILE")]
        map: Option<PathBuf>,
    },
    /// Write all accounts as JSON lines, as import reads them.
    Export {
        /// The hashes of passwords as well: whoever has them can guess at leisure.
        #[arg(long)]
        with_hashes: bool,
        /// Into this new file, which nobody else can read; else to standard output.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// List accounts in the order of their identifiers.
    List {
        /// Begin behind this identifier.
        #[arg(long, value_name = "IDENTIFIER")]
        after: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 100)]
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
    /// Give it a role; answers with the size of its largest access token then.
    GrantRole {
        /// Identifier or account id.
        account: String,
        /// The role.
        role: String,
    },
    /// Take a role from it.
    RevokeRole {
        /// Identifier or account id.
        account: String,
        /// The role.
        role: String,
    },
    /// Let people sign in again.
    Enable {
        /// Identifier or account id.
        account: String,
    },
    /// Delete it: all its sessions end, and what it said of a person is gone. There is no way back.
    Delete {
        /// Identifier or account id.
        account: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Make a link for a new password; it works once, for half an hour.
    ResetLink {
        /// Identifier or account id.
        account: String,
    },
    /// Make a link for a new account; it works once.
    Invite {
        /// For this identifier only; for any if left out.
        identifier: Option<String>,
        /// How long it works.
        #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=90))]
        days: u32,
    },
}

impl What {
    /// Has it done, and shows what came of it.
    pub(super) fn act(self, config: &Config, form: Form) -> Result<(), Failure> {
        let answer = match self {
            Self::Add { identifier, display_name, generate: true, .. } => {
                let phrase = typed::made_up(config.policy.password_min_length)?;
                let ask = Ask::Add { identifier, password: Some(phrase.clone()), display_name };
                let mut answer = control::run(config, &Command::Account(ask))?;
                answer["password"] = phrase.as_str().into();
                answer
            }
            Self::Import { file, format, dry_run, skip_faulty, update, keep_ids, map } => {
                let wish = bulk::Import { file, format, dry_run, skip_faulty, update, keep_ids, map };
                bulk::import(config, form, &wish)?
            }
            Self::Export { with_hashes, to } => match bulk::export(config, with_hashes, to.as_deref())? {
                Some(summary) => summary,
                None => return Ok(()),
            },
            other => control::run(config, &other.ask(config)?)?,
        };
        form.show(&answer);
        Ok(())
    }

    fn ask(self, config: &Config) -> Result<Command, Failure> {
        let ask = match self {
            Self::Add { identifier, display_name, password_stdin, no_password, generate: _ } => {
                let least = config.policy.password_min_length;
                let password = if no_password { None } else { Some(typed::password(password_stdin, least)?) };
                Ask::Add { identifier, password, display_name }
            }
            Self::Import { .. } | Self::Export { .. } => unreachable!("they are more than one question"),
            Self::List { after, limit } => Ask::List { after, limit },
            Self::Show { account } => Ask::Show { account },
            Self::GrantRole { account, role } => Ask::GrantRole { account, role },
            Self::RevokeRole { account, role } => Ask::RevokeRole { account, role },
            Self::Disable { account } => Ask::Disable { account },
            Self::Enable { account } => Ask::Enable { account },
            Self::Delete { account, yes } => {
                typed::agreed(yes, &format!("Delete {account} for good?"))?;
                Ask::Delete { account }
            }
            Self::ResetLink { account } => return Ok(Command::Link(link::Ask::Reset { account })),
            Self::Invite { identifier, days } => return Ok(Command::Link(link::Ask::Invite { identifier, days })),
        };
        Ok(Command::Account(ask))
    }
}
