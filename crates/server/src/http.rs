use std::{future::ready, io, net::TcpListener, thread, time::Duration};

use actix_http::{HttpService, error::DispatchError};
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{dev::AppConfig, rt::net::TcpStream};
use renraku_dav::Dav;
use renraku_notify::Hub;
use renraku_rest::App;
use tokio::sync::oneshot;

use crate::{
    config::Config,
    paced::{Paced, bound_send_buffer},
};

/// How long running requests may take to their end.
const DRAIN_S: u64 = 20;
/// How long a client may take to end a connection that is to end.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long a connection without a request is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What the HTTP server runs with.
pub(crate) struct Http {
    pub app: App,
    pub dav: Dav,
    pub hub: Hub,
    pub listener: TcpListener,
    pub threads: Threads,
    /// How long the head of a request may take.
    pub head_time: Duration,
    /// How long a client may take nothing of an answer.
    pub answer_time: Duration,
}

/// How many threads work on requests.
pub(crate) struct Threads {
    /// How many threads answer requests.
    pub workers: usize,
    /// For each worker, on average: together as many as transactions may run at once, and one more for what hashes or reads files.
    blocking: usize,
}

impl Threads {
    /// As the settings say.
    pub fn of(config: &Config) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers = if config.server.workers == 0 { cores } else { config.server.workers };
        let pool = usize::try_from(config.database.pool).unwrap_or(usize::MAX);
        Self { workers, blocking: pool.div_ceil(workers) + 1 }
    }

    /// How many requests can work at once.
    pub fn in_all(&self) -> usize {
        self.workers * self.blocking
    }
}

impl Http {
    /// Answers requests until it is stopped.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub fn run(self, stopped: oneshot::Receiver<Duration>) -> io::Result<()> {
        let Self { app, dav, hub, listener, threads, head_time, answer_time } = self;
        let others = renraku_dav::routes(&dav);
        bound_send_buffer(&listener)?;
        actix_web::rt::System::new().block_on(async move {
            let builder = Server::build();
            let stopping = builder.graceful_shutdown_signal();
            // What `HttpServer` puts together too, with the pace of each connection beneath.
            let serve = move || {
                let stopping = stopping.clone();
                let application = renraku_rest::application(&app, &others).into_factory();
                let application = application.map_err(|error| error.error_response());
                let http = HttpService::build()
                    .graceful_shutdown_signal(move || {
                        let stopping = stopping.clone();
                        async move { stopping.notified().await }
                    })
                    .client_request_timeout(head_time)
                    .client_disconnect_timeout(FAREWELL)
                    .keep_alive(KEEP_ALIVE)
                    .h1(map_config(application, |()| AppConfig::default()));
                fn_service(move |stream: TcpStream| {
                    let peer = stream.peer_addr().ok();
                    // The last piece of an answer in pieces would wait until the client acknowledges the first, 40 ms and more. Whose
                    // connection is gone already needs no haste.
                    let _gone = stream.set_nodelay(true);
                    ready(Ok::<_, DispatchError>((Paced::new(stream, answer_time), peer)))
                })
                .and_then(http)
            };
            let server = builder
                .workers(threads.workers)
                // What works at once is counted for all workers together, and may have come by the connections of one of them.
                .worker_max_blocking_threads(threads.in_all())
                .shutdown_timeout(DRAIN_S)
                .disable_signals()
                .listen("http", listener, serve)?
                .run();
            let handle = server.handle();
            actix_web::rt::spawn(async move {
                if let Ok(notice) = stopped.await {
                    tokio::time::sleep(notice).await;
                    // The framework would wait for open streams until its time-out: we end them ourselves.
                    hub.close_all();
                    handle.stop(true).await;
                }
            });
            server.await
        })
    }
}
