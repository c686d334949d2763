//! `reelgate serve`

use super::CliError;
use crate::config::Config;
use crate::fault::{self, Point};
use crate::work::note;
use crate::work::runner::Runner;
use std::path::Path;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

pub(super) async fn run(config: Config, address_file: Option<&Path>) -> Result<ExitCode, CliError> {
    let mut config = config;
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .map_err(|error| CliError::said(format!("cannot listen on {}: {error}", config.listen)))?;
    config.listen = listener.local_addr()?;
    if config.outbound.allow_private {
        tracing::warn!(
            "private networks are allowed: callers can make this server read http and local \
             addresses. Never run like this where strangers can reach it."
        );
    }
    let app = super::open_app(config).await?;
    let (listen, data) = (app.config.listen, app.config.data.display().to_string());
    let (workers, engines) = (app.config.workers, app.config.engines.len());
    tracing::info!(%listen, data, workers, engines, engine = app.engine.name(), "serving");
    stop_on_signal(app.stopping.clone())?;
    // The listener queues connections from here on, so whoever reads the file may connect.
    if let Some(file) = address_file {
        std::fs::write(file, format!("{listen}\n"))?;
    }
    let mut runner = Runner::start(&app);
    let connections_max = app.config.limits.connections_max;
    let router = crate::http::router(&app);
    let served =
        crate::http::listen::serve(listener, router, connections_max, app.stopping.clone());
    // A server that answers but does not work would be worse than one that is started afresh.
    let broken = async {
        runner.broken().await;
        if app.stopping.is_cancelled() {
            std::future::pending::<()>().await;
        }
    };
    let code = tokio::select! {
        () = served => ExitCode::SUCCESS,
        () = broken => {
            tracing::error!("background work broke off, the server stops");
            ExitCode::FAILURE
        }
    };
    app.stopping.cancel();
    fault::point(Point::StopAsked);
    runner.finish().await;
    fault::point(Point::HandedBack);
    if let Err(error) = note::step(&app).await {
        tracing::warn!(%error, "when keys were last used is not known");
    }
    app.store.close().await;
    tracing::info!("stopped");
    Ok(code)
}

/// The first interrupt or terminate signal stops the server in good order; a second one at once.
fn stop_on_signal(stopping: CancellationToken) -> Result<(), CliError> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        for asked in 0.. {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if asked > 0 {
                std::process::exit(130);
            }
            tracing::info!("stopping: running jobs are handed back");
            stopping.cancel();
        }
    });
    Ok(())
}
