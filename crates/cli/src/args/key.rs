//! `doorward key …`

use clap::Subcommand;

use crate::control::command::key::Ask;

#[derive(Subcommand)]
pub(super) enum What {
    /// List signing keys and what each is for.
    List,
}

impl What {
    pub(super) fn ask(self) -> Ask {
        match self {
            Self::List => Ask::List,
        }
    }
}
