use std::{
    io,
    net::TcpListener,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::rt::net::{ActixStream, Ready};
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// What the system holds of answers that a client does not take, a connection; the rest waits here, where we see it wait.
const SEND_BUFFER: usize = 64 * 1024;
/// A client that keeps this pace is waited for.
const BYTES_A_SECOND: u64 = 1024;
/// A client is waited for this much longer, at most, for what it was given just before.
const LENIENCE: u32 = 2;

/// A connection that ends when its client does not take what is sent to it.
///
/// The system takes answers in pieces, far ahead of a slow client, and takes no more for as long as the client needs for them. So
/// each piece lengthens the patience by the time that it takes at the slowest pace, up to three times in all.
pub(crate) struct Paced<S> {
    stream: S,
    patience: Duration,
    /// Bytes that were taken since it last had to wait.
    taken: u64,
    /// Runs while it waits.
    waiting: Option<Pin<Box<Sleep>>>,
}

/// Keeps the system from taking so much of an answer that nobody sees whether the client does.
pub(crate) fn bound_send_buffer(listener: &TcpListener) -> io::Result<()> {
    // Connections have it from the socket by which they are accepted.
    SockRef::from(listener).set_send_buffer_size(SEND_BUFFER)
}

impl<S> Paced<S> {
    /// Ends `stream` when its client takes nothing for so long.
    pub fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, taken: 0, waiting: None }
    }

    /// The outcome of a write: an error where it has waited too long.
    fn judge(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.taken += u64::try_from(bytes).unwrap_or(u64::MAX);
                self.waiting = None;
                written
            }
            Poll::Ready(Err(_)) => written,
            Poll::Pending => {
                let earned = Duration::from_secs(self.taken / BYTES_A_SECOND).min(self.patience * LENIENCE);
                let time = self.patience + earned;
                let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(time)));
                self.taken = 0;
                waiting.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let paced = self.get_mut();
        let written = Pin::new(&mut paced.stream).poll_write(context, bytes);
        paced.judge(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let paced = self.get_mut();
        let written = Pin::new(&mut paced.stream).poll_write_vectored(context, pieces);
        paced.judge(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl<S: ActixStream> ActixStream for Paced<S> {
    fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        self.stream.poll_read_ready(context)
    }

    fn poll_write_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        self.stream.poll_write_ready(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    fn pair() -> (Paced<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(8 * 1024);
        (Paced::new(ours, Duration::from_secs(30)), theirs)
    }

    /// The clock of these tests goes on by itself as soon as everybody waits.
    fn run(test: impl Future<Output = ()>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().start_paused(true).build().unwrap().block_on(test);
    }

    #[test]
    fn a_client_that_takes_nothing_is_left_after_its_time() {
        run(async {
            let (mut ours, _theirs) = pair();
            let began = tokio::time::Instant::now();
            let error = ours.write_all(&[0; 64 * 1024]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            // Eight seconds more for the eight KiB that were taken.
            assert_eq!(began.elapsed().as_secs(), 38);
        });
    }

    #[test]
    fn a_client_that_is_slow_and_goes_on_is_waited_for() {
        run(async {
            let (mut ours, mut theirs) = pair();
            let reading = tokio::spawn(async move {
                let mut bytes = [0; 1024];
                let mut got = 0;
                while got < 256 * 1024 {
                    sleep(Duration::from_secs(1)).await;
                    got += theirs.read(&mut bytes).await.unwrap();
                }
            });
            ours.write_all(&[0; 256 * 1024]).await.unwrap();
            reading.await.unwrap();
        });
    }

    #[test]
    fn an_idle_connection_is_not_touched() {
        run(async {
            let (mut ours, mut theirs) = pair();
            ours.write_all(b"a").await.unwrap();
            sleep(Duration::from_hours(1)).await;
            ours.write_all(b"b").await.unwrap();
            drop(ours);
            let mut all = Vec::new();
            theirs.read_to_end(&mut all).await.unwrap();
            assert_eq!(all, b"ab");
        });
    }
}
