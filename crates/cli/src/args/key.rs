//! `doorward key …`

use clap::Subcommand;

use crate::control::command::key::Ask;

/// As tokens say it.
const NAMES: &[&str] = &["ES256", "Ed25519", "EdDSA", "RS256"];

#[derive(Subcommand)]
pub(super) enum What {
    /// List signing keys: what each is for, since when it signs, and when it leaves.
    List,
    /// Publish a new key beside the others. It signs when `tokens.algorithm` asks for its kind.
    Add {
        /// ES256, Ed25519, EdDSA (the same under its older name) or RS256.
        #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(NAMES))]
        algorithm: String,
    },
    /// Let the key that has been published ahead sign from now on.
    Rotate {
        /// Also if it was not published for long enough: verifiers that keep an older key set refuse its tokens for a while.
        #[arg(long)]
        now: bool,
    },
    /// Take out a key of which no token can be alive.
    Remove {
        /// Its name, as listed.
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
    /// In an emergency: what this key signed is refused at once, everywhere; people stay signed in.
    Distrust {
        /// Its name, as listed.
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}

impl What {
    pub(super) fn ask(self) -> Ask {
        match self {
            Self::List => Ask::List,
            Self::Add { algorithm } => Ask::Add { algorithm },
            Self::Rotate { now } => Ask::Rotate { now },
            Self::Remove { kid } => Ask::Remove { kid },
            Self::Distrust { kid } => Ask::Distrust { kid },
        }
    }
}
