use std::{io, sync::Arc, time::Duration};

use bytes::BytesMut;
use ldap3_proto::proto::LdapResultCode;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::timeout,
};

use crate::{
    frame::{self, BadFrame, Request},
    listener::Shared,
    operation::{self, Next, notice},
    session::Session,
};

/// How long the rest of a message may take once it has begun, and the client to take what it was sent.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the two sides may take to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// An answer is sent in parts when it grows beyond this before its end: only for requests that come together.
const FULL: usize = 64 * 1024;

/// Speaks with one client until either ends it.
pub(crate) async fn serve(
    shared: &Arc<Shared>,
    mut tcp: TcpStream,
    tls: bool,
    mut stop: watch::Receiver<bool>,
) {
    let Ok(from) = tcp.peer_addr() else { return };
    let mut session = Session::new(from.ip(), tls);
    let ended = if tls {
        protect(shared, tcp, &mut session, &mut stop).await
    } else {
        match converse(shared, &mut tcp, &mut session, &mut stop).await {
            Ok(End::StartTls) => {
                // Who was bound in the open begins anew under the cover of TLS.
                session = Session::new(from.ip(), true);
                protect(shared, tcp, &mut session, &mut stop).await
            }
            Ok(End::Closed) => Ok(()),
            Err(error) => Err(error),
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "an LDAP connection broke");
    }
}

async fn protect(
    shared: &Arc<Shared>,
    tcp: TcpStream,
    session: &mut Session,
    stop: &mut watch::Receiver<bool>,
) -> io::Result<()> {
    let Some(tls) = &shared.tls else { return Ok(()) };
    let mut stream = timeout(HANDSHAKE, tls.0.accept(tcp)).await.map_err(io::Error::other)??;
    converse(shared, &mut stream, session, stop).await.map(drop)
}

/// How a conversation ended.
enum End {
    Closed,
    StartTls,
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    shared: &Arc<Shared>,
    stream: &mut S,
    session: &mut Session,
    stop: &mut watch::Receiver<bool>,
) -> io::Result<End> {
    let (mut buffer, mut out) = (BytesMut::new(), BytesMut::new());
    loop {
        let request = tokio::select! {
            request = receive(shared, stream, &mut buffer) => request?,
            _ = stop.wait_for(|stop| *stop) => Received::Bad(LdapResultCode::Unavailable, "the server is being stopped"),
        };
        let request = match request {
            Received::Request(request) => request,
            Received::Closed => return Ok(End::Closed),
            Received::Bad(code, why) => return dismiss(stream, code, why).await,
        };
        let next = operation::perform(shared, session, *request, &mut out).await;
        // What comes together is answered together.
        if buffer.is_empty() || out.len() > FULL || next != Next::Listen {
            send(stream, &mut out).await?;
        }
        match next {
            Next::Listen => {}
            Next::Close => return Ok(End::Closed),
            Next::Revoked => {
                let why = "the app password is no longer good";
                return dismiss(stream, LdapResultCode::StrongerAuthRequired, why).await;
            }
            // What came with the request came in the open and is not taken for something protected.
            Next::StartTls if !buffer.is_empty() => return Ok(End::Closed),
            Next::StartTls => return Ok(End::StartTls),
        }
    }
}

/// What came from a client.
enum Received {
    Request(Box<Request>),
    Closed,
    /// The connection cannot go on.
    Bad(LdapResultCode, &'static str),
}

/// Waits for the next request. Nothing is read ahead: one that is being answered holds the next one up.
async fn receive<S: AsyncRead + Unpin>(
    shared: &Shared,
    stream: &mut S,
    buffer: &mut BytesMut,
) -> io::Result<Received> {
    let limits = &shared.settings.limits;
    let mut patience = limits.idle;
    loop {
        match frame::take(buffer, limits.message_bytes) {
            Ok(Some(request)) => return Ok(Received::Request(Box::new(request))),
            Ok(None) => {}
            Err(BadFrame::NoMessage) => {
                return Ok(Received::Bad(LdapResultCode::ProtocolError, "this is no LDAP message"));
            }
            Err(BadFrame::TooLarge) => {
                return Ok(Received::Bad(LdapResultCode::ProtocolError, "the message is too large"));
            }
        }
        if buffer.is_empty() {
            // A connection on which nothing is asked keeps no room.
            *buffer = BytesMut::new();
        }
        match timeout(patience, stream.read_buf(buffer)).await {
            Err(_elapsed) if buffer.is_empty() => {
                return Ok(Received::Bad(LdapResultCode::Unavailable, "nothing was asked for too long"));
            }
            Err(_elapsed) => {
                return Ok(Received::Bad(LdapResultCode::ProtocolError, "the message took too long"));
            }
            Ok(read) => {
                if read? == 0 {
                    return Ok(Received::Closed);
                }
            }
        }
        patience = PATIENCE;
    }
}

/// Says why, and ends the connection.
async fn dismiss<S: AsyncWrite + Unpin>(stream: &mut S, code: LdapResultCode, why: &str) -> io::Result<End> {
    send(stream, &mut notice(code, why)).await?;
    Ok(End::Closed)
}

/// Sends what was written, as long as the client takes it.
async fn send<S: AsyncWrite + Unpin>(stream: &mut S, out: &mut BytesMut) -> io::Result<()> {
    while !out.is_empty() {
        let written = timeout(PATIENCE, stream.write_buf(out)).await.map_err(io::Error::other)??;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
    }
    *out = BytesMut::new();
    timeout(PATIENCE, stream.flush()).await.map_err(io::Error::other)?
}
