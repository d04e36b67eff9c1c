//! The address of a database: what it may say, and how far TLS is asked for.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use std::{fmt, net};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// A statement that takes longer is given up by the server; so is one that waits for a lock, or a transaction in which
/// nothing happens any more: its locks must not stop the other nodes.
const STATEMENT: Duration = Duration::from_millis(1400);
const LOCK: Duration = Duration::from_millis(1200);
const IDLE_IN_TRANSACTION: Duration = Duration::from_millis(700);

/// Where the database is and who asks. `postgres://user:password@host:port/name`; for a socket,
/// `postgres://user@/name?host=/var/run/postgresql`.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    user: String,
    password: String,
    host: Host,
    database: String,
    /// File with the certificates of authorities that may vouch for the server.
    pub ca: Option<PathBuf>,
    /// Most connections of this process.
    pub connections: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Name(String, u16),
    Socket(PathBuf),
}

/// Names the place, and neither user nor password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.place())
    }
}

/// What is wrong with an address, to be read behind its name. Never repeats what was written: a password stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetFault {
    /// Another kind of address.
    #[error("must begin with postgres://")]
    Scheme,
    /// A part is missing or cannot be read.
    #[error(
        "must be like postgres://user:password@host:5432/database; what is no letter or digit in a password is written %40"
    )]
    Form,
    /// An unknown word behind the question mark.
    #[error(
        "may say host=/directory/of/the/socket, sslmode=verify-full or sslmode=disable behind the question mark, and nothing else"
    )]
    Parameter,
    /// Weaker than what is asked for.
    #[error("must not weaken TLS: beyond this machine the server's certificate and name are always checked")]
    Weak,
}

impl FromStr for Target {
    type Err = TargetFault;

    fn from_str(text: &str) -> Result<Self, TargetFault> {
        let rest = ["postgres://", "postgresql://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or(TargetFault::Scheme)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').ok_or(TargetFault::Form)?;
        let (who, at) = authority.rsplit_once('@').ok_or(TargetFault::Form)?;
        let (user, password) = who.split_once(':').unwrap_or((who, ""));
        let (socket, disabled) = parameters(query)?;
        let host = match (socket, at) {
            (Some(socket), "") => Host::Socket(socket),
            (None, at) => named(at)?,
            _ => return Err(TargetFault::Form),
        };
        let [user, password, database] = [user, password, database].map(decoded);
        let (user, password, database) = (user?, password?, database?);
        if user.is_empty() || database.is_empty() || database.contains('/') {
            return Err(TargetFault::Form);
        }
        let target = Self { user, password, host, database, ca: None, connections: 10 };
        if disabled && !target.is_here() {
            return Err(TargetFault::Weak);
        }
        Ok(target)
    }
}

impl Target {
    /// Host and port, or the socket: fit for a log.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.host {
            Host::Name(name, port) => format!("{name}:{port}"),
            Host::Socket(path) => path.display().to_string(),
        }
    }

    /// The database's name.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Whether it runs on this machine, so that nobody listens in between.
    #[must_use]
    pub fn is_here(&self) -> bool {
        match &self.host {
            Host::Name(name, _) => {
                let address = name.trim_matches(['[', ']']).parse::<net::IpAddr>();
                name == "localhost" || address.is_ok_and(|address| address.is_loopback())
            }
            Host::Socket(_) => true,
        }
    }

    /// Every option is set here, so that none comes from the environment.
    pub(super) fn options(&self) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass()
            .username(&self.user)
            .password(&self.password)
            .database(&self.database)
            .application_name("doorward")
            .statement_cache_capacity(200)
            .options([
                ("default_transaction_isolation", "read committed".to_owned()),
                ("statement_timeout", millis(STATEMENT)),
                ("lock_timeout", millis(LOCK)),
                ("idle_in_transaction_session_timeout", millis(IDLE_IN_TRANSACTION)),
                ("tcp_keepalives_idle", "10".to_owned()),
                ("tcp_keepalives_interval", "5".to_owned()),
                ("tcp_keepalives_count", "3".to_owned()),
            ]);
        let options = match &self.host {
            Host::Name(name, port) => options.host(name).port(*port),
            Host::Socket(directory) => options.socket(directory),
        };
        // To listen in on this machine one has to be root on it.
        let mode = if self.is_here() { PgSslMode::Disable } else { PgSslMode::VerifyFull };
        match &self.ca {
            Some(ca) => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(ca),
            None => options.ssl_mode(mode),
        }
    }
}

fn millis(span: Duration) -> String {
    span.as_millis().to_string()
}

fn named(at: &str) -> Result<Host, TargetFault> {
    let (name, port) = match at.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().map_err(|_| TargetFault::Form)?),
        _ => (at, 5432),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    match !name.is_empty() && name.chars().all(plain) {
        true => Ok(Host::Name(name.to_owned(), port)),
        false => Err(TargetFault::Form),
    }
}

/// The socket's directory, and whether TLS is declined.
fn parameters(query: &str) -> Result<(Option<PathBuf>, bool), TargetFault> {
    let (mut socket, mut disabled) = (None, false);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("host", path)) if decoded(path)?.starts_with('/') => socket = Some(PathBuf::from(decoded(path)?)),
            Some(("sslmode", "verify-full")) => {}
            Some(("sslmode", "disable")) => disabled = true,
            Some(("sslmode", _)) => return Err(TargetFault::Weak),
            _ => return Err(TargetFault::Parameter),
        }
    }
    Ok((socket, disabled))
}

fn decoded(text: &str) -> Result<String, TargetFault> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let read = match byte {
            b'%' => {
                let digits = [rest.next(), rest.next()].map(|digit| char::from(digit.unwrap_or(b'?')).to_digit(16));
                let [Some(high), Some(low)] = digits else { return Err(TargetFault::Form) };
                (high * 16 + low) as u8
            }
            byte => byte,
        };
        bytes.push(read);
    }
    String::from_utf8(bytes).map_err(|_| TargetFault::Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_who_where_and_which() {
        let target: Target = "postgres://door:p%40ss%2F@db.example:6432/auth".parse().unwrap();
        assert_eq!((target.user.as_str(), target.password.as_str()), ("door", "p@ss/"));
        assert_eq!((target.place().as_str(), target.database()), ("db.example:6432", "auth"));
        let socket: Target = "postgresql://door@/auth?host=/var/run/postgresql".parse().unwrap();
        assert_eq!((socket.place().as_str(), socket.is_here()), ("/var/run/postgresql", true));
        let six: Target = "postgres://door@[::1]/auth".parse().unwrap();
        assert_eq!((six.place().as_str(), six.is_here()), ("[::1]:5432", true));
    }

    #[test]
    fn what_is_no_address_or_weakens_tls_is_refused_without_repeating_it() {
        for (text, fault) in [
            ("mysql://a:secret@b/c", TargetFault::Scheme),
            ("postgres://", TargetFault::Form),
            ("postgres://host/c", TargetFault::Form),
            ("postgres://a:secret@/c", TargetFault::Form),
            ("postgres://a:secret@b", TargetFault::Form),
            ("postgres://a:secret@b/", TargetFault::Form),
            ("postgres://a:secret%4@b/c", TargetFault::Form),
            ("postgres://a:secret@b:x/c", TargetFault::Form),
            ("postgres://a:secret@b:99999/c", TargetFault::Form),
            ("postgres://a:secret@b c/d", TargetFault::Form),
            ("postgres://a:secret@b/c?pool=3", TargetFault::Parameter),
            ("postgres://a:secret@b/c?sslmode=require", TargetFault::Weak),
            ("postgres://a:secret@b/c?sslmode=disable", TargetFault::Weak),
            ("postgres://a:secret@b/c?host=/run", TargetFault::Form),
        ] {
            let found = text.parse::<Target>().unwrap_err();
            assert_eq!(found, fault, "{text}");
            assert!(!found.to_string().contains("secret"));
        }
    }

    #[test]
    fn beyond_this_machine_the_certificate_and_the_name_are_checked() {
        let mode = |text: &str| text.parse::<Target>().unwrap().options().get_ssl_mode();
        assert!(matches!(mode("postgres://a@db.example/c"), PgSslMode::VerifyFull));
        assert!(matches!(mode("postgres://a@10.0.0.7/c?sslmode=verify-full"), PgSslMode::VerifyFull));
        assert!(matches!(mode("postgres://a@127.0.0.1/c"), PgSslMode::Disable));
        assert!(matches!(mode("postgres://a@localhost/c?sslmode=disable"), PgSslMode::Disable));
        let mut with_ca: Target = "postgres://a@127.0.0.1/c".parse().unwrap();
        with_ca.ca = Some("/etc/ca.pem".into());
        assert!(matches!(with_ca.options().get_ssl_mode(), PgSslMode::VerifyFull));
    }

    #[test]
    fn neither_user_nor_password_is_shown() {
        let shown = format!("{:?}", "postgres://somebody:secret@b/c".parse::<Target>().unwrap());
        assert_eq!(shown, "Target(b:5432)");
    }
}
