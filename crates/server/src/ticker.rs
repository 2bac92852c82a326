use std::{
    io,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

use renraku_people::Sessions;

const SECOND: Duration = Duration::from_secs(1);

/// Asks once a second what other processes revoked: one statement.
pub struct Ticker(Option<(Sender<()>, JoinHandle<()>)>);

impl Ticker {
    /// Begins.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start(sessions: Sessions) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().name("revocations".to_owned()).spawn(move || {
            while stopped.recv_timeout(SECOND) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = sessions.refresh_revocations() {
                    tracing::warn!(error = %error, "revocations of other processes cannot be read for now");
                }
            }
        })?;
        Ok(Self(Some((stop, thread))))
    }

    /// Ends.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.0.take() {
            drop(stop);
            drop(thread.join());
        }
    }
}
