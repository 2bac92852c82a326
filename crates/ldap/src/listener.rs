use std::{
    collections::HashMap,
    fmt, io,
    net::{IpAddr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ldap3_proto::proto::LdapResultCode;
use renraku_people::directory::Directory;
use renraku_web::Gate;
use tokio::{
    io::AsyncWriteExt,
    runtime::Runtime,
    sync::{mpsc, watch},
    time::timeout,
};

use crate::{connection, operation::notice, settings::Settings, tls::Tls};

/// How long those who are connected may take to the end when the server is stopped.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long nobody is let in after the system could not (it is out of files, mostly).
const PAUSE: Duration = Duration::from_millis(100);

/// The face, before it listens.
#[derive(Debug)]
pub struct Ldap(Arc<Shared>);

/// What all connections share.
pub(crate) struct Shared {
    pub gate: Gate,
    pub directory: Directory,
    pub settings: Settings,
    pub tls: Option<Tls>,
    seats: Mutex<HashMap<IpAddr, usize>>,
}

/// Where the face listens.
#[derive(Debug, Default)]
pub struct Listeners {
    /// For connections in the open, which may go on in TLS.
    pub plain: Option<TcpListener>,
    /// For connections that begin in TLS.
    pub tls: Option<TcpListener>,
}

/// The face while it listens; ends when it is stopped or dropped.
pub struct Serving {
    runtime: Option<Runtime>,
    stop: watch::Sender<bool>,
    /// Closes when the last connection has ended.
    connected: mpsc::Receiver<()>,
}

/// The room that one connection takes, until it is dropped.
struct Seat {
    shared: Arc<Shared>,
    from: IpAddr,
}

impl Ldap {
    /// A face over the directory for those whom the gate lets in.
    #[must_use]
    pub fn new(gate: Gate, directory: Directory, settings: Settings, tls: Option<Tls>) -> Self {
        Self(Arc::new(Shared { gate, directory, settings, tls, seats: Mutex::default() }))
    }

    /// Listens, on `threads` threads of its own.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn serve(self, listeners: Listeners, threads: usize) -> io::Result<Serving> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads.max(1))
            .thread_name("ldap")
            .enable_all()
            .build()?;
        let (stop, stopped) = watch::channel(false);
        let (alive, connected) = mpsc::channel(1);
        for (listener, tls) in [(listeners.plain, false), (listeners.tls, true)] {
            let Some(listener) = listener else { continue };
            listener.set_nonblocking(true)?;
            let entered = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener)?;
            drop(entered);
            runtime.spawn(listen(Arc::clone(&self.0), listener, tls, stopped.clone(), alive.clone()));
        }
        Ok(Serving { runtime: Some(runtime), stop, connected })
    }
}

impl Serving {
    /// Ends it: those who are connected get the answers to what they asked and are told.
    pub fn stop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        // Nobody hears it when nobody is connected.
        let _ = self.stop.send(true);
        let ended = runtime.block_on(async { timeout(FAREWELL, self.connected.recv()).await });
        if ended.is_err() {
            tracing::warn!("LDAP connections did not end in time");
        }
        runtime.shutdown_background();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Lets clients in until it is told to stop. `alive` is kept by each connection as long as it lasts.
async fn listen(
    shared: Arc<Shared>,
    listener: tokio::net::TcpListener,
    tls: bool,
    mut stop: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match accepted {
            Ok((tcp, from)) => admit(&shared, tcp, from, tls, &stop, &alive),
            Err(error) => {
                tracing::warn!(error = %error, "an LDAP connection cannot be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn admit(
    shared: &Arc<Shared>,
    mut tcp: tokio::net::TcpStream,
    from: SocketAddr,
    tls: bool,
    stop: &watch::Receiver<bool>,
    alive: &mpsc::Sender<()>,
) {
    let Some(seat) = Seat::take(shared, from.ip()) else {
        // What does not fit into the empty buffer of a new connection is not waited for.
        tokio::spawn(async move {
            let mut notice = notice(LdapResultCode::Busy, "there are too many connections");
            if !tls {
                let _told = timeout(PAUSE, tcp.write_buf(&mut notice)).await;
            }
        });
        return;
    };
    // Answers are written whole: waiting for more would only delay them.
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(error = %error, "an LDAP connection broke");
    }
    let (stop, alive) = (stop.clone(), alive.clone());
    tokio::spawn(async move {
        connection::serve(&seat.shared, tcp, tls, stop).await;
        drop((seat, alive));
    });
}

impl Seat {
    /// Room for one more, if there is any.
    fn take(shared: &Arc<Shared>, from: IpAddr) -> Option<Self> {
        let limits = &shared.settings.limits;
        let mut seats = shared.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = seats.values().sum();
        let own = seats.get(&from).copied().unwrap_or(0);
        if all >= limits.connections || own >= limits.connections_per_address {
            return None;
        }
        seats.insert(from, own + 1);
        drop(seats);
        Some(Self { shared: Arc::clone(shared), from })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.shared.seats.lock().unwrap_or_else(PoisonError::into_inner);
        match seats.get_mut(&self.from) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(seats.remove(&self.from)),
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving").finish_non_exhaustive()
    }
}
