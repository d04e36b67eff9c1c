//! `doorward client …`

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use doorward_core::directory::Claim;
use doorward_core::records::Mode;

use crate::config::span;
use crate::control::command::client::{Ask, Settings};

#[derive(Subcommand)]
pub(super) enum What {
    /// Add an application.
    Add {
        /// Its name in requests and tokens.
        id: String,
        #[command(flatten)]
        settings: Box<Given>,
        /// Make it a secret, shown once: for applications that run on a server.
        #[arg(long)]
        secret: bool,
    },
    /// Give an application other settings; what is not said stays.
    Set {
        /// Its name.
        id: String,
        #[command(flatten)]
        settings: Box<Given>,
    },
    /// List applications, those of the configuration too.
    List,
    /// Show one.
    Show {
        /// Its name.
        id: String,
    },
    /// Let nobody sign in through it, and end everything it was handed.
    Disable {
        /// Its name.
        id: String,
    },
    /// Let it be used again; what it had stays ended.
    Enable {
        /// Its name.
        id: String,
    },
    /// Make one more secret, shown once; two may count at the same time.
    AddSecret {
        /// Its name.
        id: String,
    },
    /// Let a secret count no more.
    RemoveSecret {
        /// Its name.
        id: String,
        /// The secret's public name, as `client show` lists it.
        secret: String,
    },
}

#[derive(Args)]
pub(super) struct Given {
    /// How people know it.
    #[arg(long)]
    name: Option<String>,
    /// How its sign-ins may be carried, the usual one first: session, token, hybrid.
    #[arg(long = "mode", value_delimiter = ',', value_name = "MODE")]
    modes: Option<Vec<ModeName>>,
    /// Resource servers that its access tokens are for.
    #[arg(long = "audience", value_delimiter = ',', value_name = "AUDIENCE")]
    audiences: Option<Vec<String>>,
    /// Origins whose scripts may speak in its name, like `https://app.example`.
    #[arg(long = "origin", value_delimiter = ',', value_name = "ORIGIN")]
    origins: Option<Vec<String>>,
    /// What its access tokens say beyond the usual: name, preferred-username.
    #[arg(long = "claim", value_delimiter = ',', value_name = "CLAIM")]
    claims: Option<Vec<ClaimName>>,
    /// What it may do in its own name, like revocations:read.
    #[arg(long = "permission", value_delimiter = ',', value_name = "PERMISSION")]
    permissions: Option<Vec<String>>,
    /// Whether it runs on people's own devices.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    native: Option<bool>,
    /// Its sign-ins end after so long without activity, like 15m.
    #[arg(long, value_parser = span, value_name = "SPAN")]
    idle: Option<Duration>,
    /// Its sign-ins end so long after they began, like 12h.
    #[arg(long, value_parser = span, value_name = "SPAN")]
    absolute: Option<Duration>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeName {
    Session,
    Token,
    Hybrid,
}

#[derive(Clone, Copy, ValueEnum)]
enum ClaimName {
    Name,
    PreferredUsername,
}

impl Given {
    fn settings(self) -> Box<Settings> {
        let mode = |mode: ModeName| match mode {
            ModeName::Session => Mode::Session,
            ModeName::Token => Mode::Token,
            ModeName::Hybrid => Mode::Hybrid,
        };
        let claim = |claim: ClaimName| match claim {
            ClaimName::Name => Claim::Name,
            ClaimName::PreferredUsername => Claim::PreferredUsername,
        };
        Box::new(Settings {
            name: self.name,
            modes: self.modes.map(|modes| modes.into_iter().map(mode).collect()),
            audiences: self.audiences,
            origins: self.origins,
            claims: self.claims.map(|claims| claims.into_iter().map(claim).collect()),
            permissions: self.permissions,
            native: self.native,
            idle: self.idle,
            absolute: self.absolute,
        })
    }
}

impl What {
    pub(super) fn ask(self) -> Ask {
        match self {
            Self::Add { id, settings, secret } => Ask::Add { id, settings: settings.settings(), secret },
            Self::Set { id, settings } => Ask::Set { id, settings: settings.settings() },
            Self::List => Ask::List,
            Self::Show { id } => Ask::Show { id },
            Self::Disable { id } => Ask::Disable { id },
            Self::Enable { id } => Ask::Enable { id },
            Self::AddSecret { id } => Ask::AddSecret { id },
            Self::RemoveSecret { id, secret } => Ask::RemoveSecret { id, secret },
        }
    }
}
