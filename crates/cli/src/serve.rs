//! `doorward serve`.

use std::future::pending;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use doorward_server::serve::Tls;
use doorward_server::{Options, Routers, Serving, Status};
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::task::JoinSet;

use crate::config::{Config, LogFormat};
use crate::greet::Places;
use crate::output::Failure;
use crate::signals::{self, Asked};
use crate::tls::Watch;
use crate::{allocator, control, greet, room, setup};

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
    let desk = setup::open(&config).await?;
    let auth = desk.auth.clone();
    let mut beside = JoinSet::new();
    let asked = Asked::listen(&mut beside)?;
    let status = Status::default();
    let tls = certificate(&config, &status, &mut beside)?;
    let Routers { everybody, operators } = doorward_server::routers(auth.clone(), options(&config, &status));
    let operators = answer_operators(config.metrics_listen, operators, &mut beside).await?;
    beside.spawn(control::Socket::bind(&config.data)?.answer(desk));
    beside.spawn(doorward_server::tend(auth.clone()));
    beside.spawn(allocator::give_back());
    let mut listeners = vec![listener];
    let mut http = None;
    if let Some(wanted) = config.tls.as_ref().and_then(|tls| tls.http_listen) {
        let (listener, address) = listen(wanted).await?;
        http = Some(address);
        listeners.push(listener);
    }
    greet::ready(&config, &Places { everybody: address, http, operators });
    tokio::spawn(greet::administrator(auth));
    let limits = room::limits(&config);
    let served = listeners.into_iter().map(|listener| {
        let serving = Serving { limits, tls: tls.clone(), status: status.clone() };
        serving.run(listener, everybody.clone(), leaving(asked.clone(), status.clone(), config.drain_pause))
    });
    tokio::select! {
        served = futures_util::future::try_join_all(served) => {
            served.map_err(|e| Failure::new("serve", e.to_string()))?;
        }
        () = asked.times(2) => {
            return Err(Failure::new("cut_short", "asked twice to stop: ended without waiting for running requests"));
        }
        // Without these revocations of others are not heard of; better to be started again.
        Some(_) = beside.join_next() => return Err(Failure::new("serve", "a part of the server broke off")),
    }
    beside.shutdown().await;
    tracing::info!(event = "stopped", "Doorward has stopped");
    Ok(())
}

/// What TLS is spoken with, if it is, and its files watched.
fn certificate(config: &Config, status: &Status, beside: &mut JoinSet<()>) -> Result<Option<Tls>, Failure> {
    match Watch::begin(config, status)? {
        Some((watch, tls)) => {
            beside.spawn(watch.run());
            Ok(Some(tls))
        }
        None if config.dev => Ok(None),
        None => signals::outlive_hangups(beside).map(|()| None),
    }
}

/// At an address of their own, if they have one.
async fn answer_operators(
    wanted: Option<SocketAddr>,
    router: Router,
    beside: &mut JoinSet<()>,
) -> Result<Option<SocketAddr>, Failure> {
    let Some(wanted) = wanted else { return Ok(None) };
    let (listener, address) = listen(wanted).await?;
    beside.spawn(async { drop(doorward_server::serve(listener, router, pending()).await) });
    Ok(Some(address))
}

/// Ready when no further connection is to be taken: asked to stop, and whoever sends requests here had time to notice.
async fn leaving(asked: Asked, status: Status, pause: Duration) {
    asked.times(1).await;
    status.begin_to_stop();
    tracing::info!(event = "stopping", pause = pause.as_secs(), "not ready any more; running requests get 30 seconds");
    tokio::time::sleep(pause).await;
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

fn options(config: &Config, status: &Status) -> Options {
    Options {
        dev: config.dev,
        metrics: config.metrics,
        own_host: config.own_host,
        pages: config.pages,
        brand: config.brand.clone(),
        hosts: config.hosts.clone(),
        proxies: config.proxies.clone(),
        status: status.clone(),
        ..Options::new(&config.policy.issuer)
    }
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
