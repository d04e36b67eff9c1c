//! `doorward serve`.

use std::io::IsTerminal as _;
use std::net::SocketAddr;

use doorward_server::Options;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::config::{Config, LogFormat};
use crate::output::Failure;
use crate::{allocator, control, greet, setup};

/// Serves until it is told to stop.
pub(crate) fn run(config: Config) -> Result<(), Failure> {
    start_log(&config);
    let Some(lock) = setup::lock_data(&config.data)? else {
        let shown = config.data.display();
        return Err(Failure::new("in_use", format!("another Doorward runs on the data directory {shown}")));
    };
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::new("threads", e.to_string()))?;
    let served = runtime.block_on(serve(config));
    // Whoever takes the lock next believes to be alone with the database: until the last task is gone it is not.
    drop(runtime);
    drop(lock);
    served
}

async fn serve(mut config: Config) -> Result<(), Failure> {
    let (listener, address) = listen(config.listen).await?;
    if config.dev {
        config.policy.issuer = format!("http://{address}");
    }
    for warning in &config.warnings {
        tracing::warn!(event = "configuration", "{warning}");
    }
    let auth = setup::open(&config).await?;
    let router = doorward_server::router(auth.clone(), options(&config));
    let stop = stopped()?;
    let mut beside = JoinSet::new();
    beside.spawn(control::Socket::bind(&config.data)?.answer(auth.clone()));
    beside.spawn(doorward_server::tend(auth.clone()));
    beside.spawn(allocator::give_back());
    greet::ready(&config, address);
    tokio::spawn(greet::administrator(auth));
    tokio::select! {
        served = doorward_server::serve(listener, router, stop) => {
            served.map_err(|e| Failure::new("serve", e.to_string()))?;
        }
        // Without these revocations of others are not heard of; better to be started again.
        Some(_) = beside.join_next() => return Err(Failure::new("serve", "a part of the server broke off")),
    }
    beside.shutdown().await;
    tracing::info!(event = "stopped", "Doorward has stopped");
    Ok(())
}

async fn listen(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let failed = |error: std::io::Error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "; another one: --listen 127.0.0.1:0 takes any free port",
            _ => "",
        };
        Failure::new("listen", format!("cannot listen on {wanted}: {error}{hint}"))
    };
    let listener = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn options(config: &Config) -> Options {
    Options {
        dev: config.dev,
        metrics: config.metrics,
        own_host: config.own_host,
        hosts: config.hosts.clone(),
        proxies: config.proxies.clone(),
        ..Options::new(&config.policy.issuer)
    }
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

/// To standard error. JSON for machines; text where a person watches.
fn start_log(config: &Config) {
    let json = match config.log_format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !config.dev && !std::io::stderr().is_terminal(),
    };
    let builder =
        tracing_subscriber::fmt().with_max_level(config.log_level).with_writer(std::io::stderr).with_target(false);
    if json {
        builder.json().flatten_event(true).init();
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).init();
    }
}
