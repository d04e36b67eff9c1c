//! `doorward audit …`

use clap::Subcommand;

use crate::control::command::audit::Ask;

#[derive(Subcommand)]
pub(super) enum What {
    /// Show the last rows, oldest first; with --after, those behind that number.
    Tail {
        /// Begin behind the row of this number.
        #[arg(long, value_name = "SEQ")]
        after: Option<u64>,
        /// Only what concerns this account: identifier or account id.
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<String>,
        /// Only this event.
        #[arg(long, value_name = "EVENT")]
        event: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
}

impl What {
    pub(super) fn ask(self) -> Ask {
        let Self::Tail { after, account, event, limit } = self;
        Ask::Tail { after, account, event, limit }
    }
}
