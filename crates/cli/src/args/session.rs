//! `doorward session …`

use clap::Subcommand;

use crate::control::command::session::Ask;

#[derive(Subcommand)]
pub(super) enum What {
    /// List an account's sessions.
    List {
        /// Identifier or account id.
        account: String,
    },
    /// End a session, or all sessions of an account.
    Revoke {
        /// Session id.
        #[arg(required_unless_present = "account", conflicts_with = "account", allow_hyphen_values = true)]
        sid: Option<String>,
        /// All sessions of this account.
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<String>,
    },
}

impl What {
    pub(super) fn ask(self) -> Ask {
        match self {
            Self::List { account } => Ask::List { account },
            Self::Revoke { sid: Some(sid), .. } => Ask::Revoke { sid },
            Self::Revoke { sid: None, account } => {
                Ask::RevokeAll { account: account.expect("the command line needs one of the two") }
            }
        }
    }
}
