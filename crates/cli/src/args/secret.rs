//! `doorward secret …`

use clap::Subcommand;

use crate::control::command::secret::Ask;

#[derive(Subcommand)]
pub(super) enum What {
    /// List root secrets: which makes what is new, and when an old one may leave. The secrets themselves are not shown.
    List,
    /// Put a new root secret first, and seal the signing keys under it. Nobody is signed out.
    Rotate,
    /// Take out an old one of which nothing can be alive.
    Remove {
        /// As listed.
        #[arg(allow_hyphen_values = true)]
        fingerprint: String,
        /// Also if it is too early: whoever last refreshed under it must sign in again.
        #[arg(long)]
        force: bool,
    },
    /// For one that others may know: what it made is refused at once, and all signing keys are made anew.
    Distrust {
        /// As listed.
        #[arg(allow_hyphen_values = true)]
        fingerprint: String,
        /// Yes, sign out whoever must be. Without this it is only said who that is.
        #[arg(long)]
        yes: bool,
    },
}

impl What {
    pub(super) fn ask(self) -> Ask {
        match self {
            Self::List => Ask::List,
            Self::Rotate => Ask::Rotate,
            Self::Remove { fingerprint, force } => Ask::Remove { fingerprint, force },
            Self::Distrust { fingerprint, yes } => Ask::Distrust { fingerprint, yes },
        }
    }
}
