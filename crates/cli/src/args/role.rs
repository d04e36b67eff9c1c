//! `doorward role …` and `doorward permission …`

use clap::Subcommand;

use crate::control::command::role::Ask;

#[derive(Subcommand)]
pub(super) enum What {
    /// Define a role, or give it other permissions; whoever has it has those within a second.
    Set {
        /// Its name: 1 to 64 of A-Z a-z 0-9 . _ : -
        name: String,
        /// What it gives.
        permissions: Vec<String>,
    },
    /// List roles and what they give.
    List,
    /// Remove a role that no account has.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Subcommand)]
pub(super) enum OfPermission {
    /// Say what a permission is for; from then on roles may give it.
    Set {
        /// Its name: 1 to 64 of A-Z a-z 0-9 . _ : -
        name: String,
        /// What it is for, in a few words.
        about: String,
    },
    /// List permissions.
    List,
    /// Remove a permission that no role gives.
    Remove {
        /// Its name.
        name: String,
    },
}

impl What {
    pub(super) fn ask(self) -> Ask {
        match self {
            Self::Set { name, permissions } => Ask::Set { name, permissions },
            Self::List => Ask::List,
            Self::Remove { name } => Ask::Remove { name },
        }
    }
}

impl OfPermission {
    pub(super) fn ask(self) -> Ask {
        match self {
            Self::Set { name, about } => Ask::PermissionSet { name, about },
            Self::List => Ask::PermissionList,
            Self::Remove { name } => Ask::PermissionRemove { name },
        }
    }
}
