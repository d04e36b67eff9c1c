//! `doorward serve`.

use std::net::SocketAddr;

use doorward_server::Options;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, LogFormat};
use crate::output::Failure;
use crate::{control, setup};

/// Serves until it is told to stop.
pub(crate) fn run(config: Config) -> Result<(), Failure> {
    start_log(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|e| Failure::new("threads", e.to_string()))?.block_on(serve(config))
}

async fn serve(mut config: Config) -> Result<(), Failure> {
    let Some(_lock) = setup::lock_data(&config.data)? else {
        let text = format!("another Doorward runs on {}", config.data.display());
        return Err(Failure::new("in_use", text));
    };
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|e| Failure::new("listen", format!("cannot listen on {}: {e}", config.listen)))?;
    let address = listener.local_addr().map_err(|e| Failure::new("listen", e.to_string()))?;
    if config.dev {
        config.policy.issuer = format!("http://{address}");
    }
    let auth = setup::open(&config).await?;
    let socket = control::Socket::bind(&config.data)?;
    let options = Options {
        dev: config.dev,
        metrics: config.dev || config.metrics,
        own_host: config.own_host,
        ..Options::new(&config.policy.issuer)
    };
    let router = doorward_server::router(auth.clone(), options);
    let stop = stopped()?;
    greet(&config, address);
    tokio::select! {
        served = doorward_server::serve(listener, router, stop) => {
            served.map_err(|e| Failure::new("serve", e.to_string()))?;
        }
        () = doorward_server::tend(auth.clone()) => {}
        () = socket.answer(auth) => {}
    }
    tracing::info!(event = "stopped", "every request was answered");
    Ok(())
}

/// Ready when the process is asked to end, from the system or from the keyboard.
fn stopped() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| signal(kind).map_err(|e| Failure::new("signals", e.to_string()));
    let (mut term, mut int) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        tracing::info!(event = "stopping", "no new connections; running requests get ten seconds");
    })
}

/// What a person at the terminal, or a script that waits, wants to know first. Whether anybody listens does not matter.
fn greet(config: &Config, address: SocketAddr) {
    use std::io::Write as _;
    let (version, url) = (env!("CARGO_PKG_VERSION"), &config.policy.issuer);
    let text = if config.dev {
        let lines: String = curl_lines(url).iter().map(|line| format!("  {line}\n\n")).collect();
        let data = config.data.display();
        format!(
            "Doorward {version} for development at {url} (this machine only, sign-up open)\n\
             Data in {data}\n\nTry it in another terminal:\n\n{lines}Ready.\n"
        )
    } else {
        format!("Doorward {version} at {url}, listening on {address}\nReady.\n")
    };
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Sign up, sign in, who am I.
fn curl_lines(url: &str) -> [String; 3] {
    let json = "-H 'Content-Type: application/json'";
    let who = r#""identifier":"ada@example.org","password":"correct horse battery staple""#;
    [
        format!("curl -s {url}/v1/accounts {json} -d '{{{who}}}'"),
        format!("curl -s -c jar {url}/v1/sign-in {json} -d '{{{who}}}'"),
        format!("curl -s -b jar {url}/v1/session"),
    ]
}

/// To standard error. JSON for machines; text where a person watches.
fn start_log(config: &Config) {
    use std::io::IsTerminal as _;
    let json = match config.log_format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !config.dev && !std::io::stderr().is_terminal(),
    };
    let builder =
        tracing_subscriber::fmt().with_max_level(config.log_level).with_writer(std::io::stderr).with_target(false);
    // A process that embeds this one has its own log.
    let _ = match json {
        true => builder.json().flatten_event(true).try_init(),
        false => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
}
