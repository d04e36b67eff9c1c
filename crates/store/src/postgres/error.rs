//! What PostgreSQL says, in our words. Its own texts may repeat values of a row, so they are never passed on.

use std::io;

use doorward_core::store::StoreError;

/// Why a database cannot be used; the text is for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address is none.
    #[error("the address of the database {0}")]
    Address(String),
    /// Nobody answers.
    #[error("the database at {place} cannot be reached: {reason}")]
    Unreachable {
        /// Host and port, or socket.
        place: String,
        /// What the system says.
        reason: String,
    },
    /// No TLS, another name, or nobody vouches for it.
    #[error(
        "the database at {place} is not proved to be the one that is meant ({reason}): its certificate must name that host and \
         be signed by a known authority, or by the one in [database] ca"
    )]
    Unproved {
        /// Host and port.
        place: String,
        /// What is wrong with the certificate.
        reason: String,
    },
    /// It does not let us in.
    #[error("the database at {0} refuses the user name or the password")]
    Denied(String),
    /// There is none of that name.
    #[error("the server at {place} has no database \"{name}\": create it first, owned by the user of the address")]
    Missing {
        /// Host and port, or socket.
        place: String,
        /// The database's name.
        name: String,
    },
    /// Too old.
    #[error("the database at {place} is PostgreSQL {found}; Doorward needs 13 or later")]
    TooOld {
        /// Host and port, or socket.
        place: String,
        /// Its version.
        found: u32,
    },
    /// It would not keep every name.
    #[error("the database at {place} is encoded in {found}; Doorward needs UTF8")]
    Encoding {
        /// Host and port, or socket.
        place: String,
        /// Its encoding.
        found: String,
    },
    /// A replica, or told not to write.
    #[error("the database at {0} is read-only: name its primary")]
    ReadOnly(String),
    /// Somebody else's tables.
    #[error("the database at {0} belongs to another program: give Doorward one of its own")]
    Foreign(String),
    /// Written by a later version that this one cannot work beside.
    #[error(
        "the database at {place} was written by a later version of Doorward (schema {found}, this one knows {known})"
    )]
    Later {
        /// Host and port, or socket.
        place: String,
        /// Its schema.
        found: i64,
        /// The latest schema of this program.
        known: i64,
    },
    /// Anything else that it says.
    #[error("the database at {place} cannot be used: {reason}")]
    Unusable {
        /// Host and port, or socket.
        place: String,
        /// In our words.
        reason: String,
    },
}

/// How a statement failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The connection is gone, or of no more use; others to the same server may be too.
    Lost(String),
    /// This statement failed.
    Store(StoreError),
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        let unavailable = |text: &str| Self::Store(StoreError::Unavailable(text.into()));
        let corrupt = |text: &str| Self::Store(StoreError::Corrupt(text.into()));
        match &error {
            sqlx::Error::Database(said) => of_code(said.code().as_deref().unwrap_or_default()),
            sqlx::Error::Io(io) => Self::Lost(in_words(io)),
            sqlx::Error::Tls(_) => Self::Lost("no TLS with the server that is meant".into()),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => corrupt("a column is not of its type"),
            sqlx::Error::RowNotFound => corrupt("a row that is always there is missing"),
            sqlx::Error::Protocol(_) => Self::Lost("the server speaks otherwise".into()),
            _ => unavailable("the database did not understand"),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Lost(why) => Self::Unavailable(why),
            Fault::Store(error) => error,
        }
    }
}

/// By the class of its SQLSTATE.
fn of_code(code: &str) -> Fault {
    let unavailable = |text: String| Fault::Store(StoreError::Unavailable(text));
    match code {
        "25006" => Fault::Lost("the database is read-only".into()),
        "25P03" => Fault::Lost("a transaction was idle for too long".into()),
        _ if code.starts_with("57P") => Fault::Lost("the database is stopping or starting".into()),
        _ if code.starts_with("08") => Fault::Lost("the connection to the database broke".into()),
        _ if code.starts_with("28") => Fault::Lost("the database refuses the user name or the password".into()),
        "57014" | "55P03" => unavailable("the database took too long".into()),
        "53300" => unavailable("the database has too many connections".into()),
        "53100" => unavailable("the database's disk is full".into()),
        _ if code.starts_with("XX00") => Fault::Store(StoreError::Corrupt(format!("the database is damaged ({code})"))),
        _ => unavailable(format!("the database answers {code}")),
    }
}

/// Names no file and no address.
fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => "nobody answers there".into(),
        io::ErrorKind::TimedOut => "no answer in time".into(),
        kind => format!("the connection to the database broke ({kind})"),
    }
}

/// What a first connection fails with.
pub(super) fn open_error(place: &str, database: &str, error: &sqlx::Error) -> OpenError {
    let place = place.to_owned();
    match error {
        sqlx::Error::Tls(why) => OpenError::Unproved { place, reason: certificate_fault(&why.to_string()) },
        sqlx::Error::Io(io) => match io.get_ref().map(ToString::to_string) {
            Some(text) if text.contains("certificate") => {
                OpenError::Unproved { place, reason: certificate_fault(&text) }
            }
            _ => OpenError::Unreachable { place, reason: io.to_string() },
        },
        sqlx::Error::Database(said) => match said.code().as_deref().unwrap_or_default() {
            "3D000" => OpenError::Missing { place, name: database.to_owned() },
            code if code.starts_with("28") => OpenError::Denied(place),
            "25006" => OpenError::ReadOnly(place),
            "42501" => OpenError::Unusable { place, reason: "its user may not create tables there".into() },
            code => OpenError::Unusable { place, reason: StoreError::from(of_code(code)).to_string() },
        },
        other => OpenError::Unusable { place, reason: StoreError::from(Fault::from_ref(other)).to_string() },
    }
}

impl Fault {
    fn from_ref(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Protocol(_) => Self::Lost("what answers there is no PostgreSQL".into()),
            _ => Self::Store(StoreError::Unavailable("it did not understand".into())),
        }
    }
}

/// The library's names for what can be wrong are for programmers.
fn certificate_fault(text: &str) -> String {
    let known = [
        ("NotValidForName", "its certificate is for another name"),
        ("not valid for name", "its certificate is for another name"),
        ("UnknownIssuer", "nobody vouches for its certificate"),
        ("CaUsedAsEndEntity", "nobody vouches for its certificate"),
        ("Expired", "its certificate has expired"),
        ("NotValidYet", "its certificate is not valid yet"),
        ("does not support TLS", "it speaks no TLS"),
    ];
    known.iter().find(|(word, _)| text.contains(word)).map_or_else(|| text.to_owned(), |(_, said)| (*said).to_owned())
}
