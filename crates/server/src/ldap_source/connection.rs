use std::{io, net::SocketAddr, time::Duration};

use bytes::BytesMut;
use ldap3_proto::{
    LdapCodec,
    control::LdapControl,
    proto::{
        LdapBindCred, LdapBindRequest, LdapExtendedRequest, LdapMsg, LdapOp, LdapResult, LdapResultCode,
        LdapSearchRequest, LdapSearchResultEntry,
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_util::codec::{Decoder, Encoder};

use super::{
    LdapFault,
    server::{Security, Server},
};

/// For each address of the server's name, which may stand for several of whom one is down.
const CONNECT: Duration = Duration::from_secs(1);
const HANDSHAKE: Duration = Duration::from_secs(2);
const BIND: Duration = Duration::from_secs(2);
/// How many bytes an entry may have.
const MESSAGE_BYTES: usize = 1024 * 1024;
const DEPTH: usize = 16;
/// StartTLS (RFC 4511 §4.14).
const START_TLS: &str = "1.3.6.1.4.1.1466.20037";

/// What a connection runs over.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection to the office's LDAP server. One thing is asked after the other.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    codec: LdapCodec,
    received: BytesMut,
    last: i32,
}

/// Connects to the first of some addresses that answers.
async fn connect(addresses: impl Iterator<Item = SocketAddr>) -> Result<TcpStream, LdapFault> {
    let mut last = LdapFault::Slow;
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(fault)) => last = fault.into(),
            Err(_elapsed) => last = LdapFault::Slow,
        }
    }
    Err(last)
}

/// How a search ended.
pub(super) struct Found {
    pub entries: Vec<LdapSearchResultEntry>,
    pub result: LdapResult,
    pub controls: Vec<LdapControl>,
}

impl Connection {
    /// Connects, and protects the connection as the settings say.
    pub async fn open(server: &Server) -> Result<Self, LdapFault> {
        let addresses = timeout(CONNECT, lookup_host((server.url.host(), server.url.port()))).await;
        let stream = connect(addresses.map_err(|_elapsed| LdapFault::Slow)??).await?;
        stream.set_nodelay(true)?;
        let connection = Self::over(Box::new(stream));
        match &server.security {
            Security::None => Ok(connection),
            security => timeout(HANDSHAKE, connection.protected(security))
                .await
                .map_err(|_elapsed| LdapFault::Slow)?,
        }
    }

    fn over(stream: Box<dyn Stream>) -> Self {
        let codec = LdapCodec::new(Some(MESSAGE_BYTES), Some(DEPTH));
        Self { stream, codec, received: BytesMut::new(), last: 0 }
    }

    async fn protected(mut self, security: &Security) -> Result<Self, LdapFault> {
        let (tls, name) = match security {
            Security::None => return Ok(self),
            Security::Tls { connector, name } => (connector, name),
            Security::StartTls { connector, name } => {
                self.start_tls().await?;
                (connector, name)
            }
        };
        let stream = tls.connect(name.clone(), self.stream).await.map_err(LdapFault::Tls)?;
        Ok(Self::over(Box::new(stream)))
    }

    async fn start_tls(&mut self) -> Result<(), LdapFault> {
        let request = LdapExtendedRequest { name: START_TLS.to_owned(), value: None };
        let LdapOp::ExtendedResponse(response) = self.ask(LdapOp::ExtendedRequest(request)).await? else {
            return Err(LdapFault::Unexpected);
        };
        if response.res.code != LdapResultCode::Success {
            return Err(LdapFault::refused("begin TLS", response.res));
        }
        // What came in the clear behind the answer was put there by somebody between.
        if self.received.is_empty() { Ok(()) } else { Err(LdapFault::Unexpected) }
    }

    /// Says who we are. The name must not be empty without the password being so, and the other way round: a name with no password
    /// is taken by servers and proves nothing (RFC 4513 §5.1.2).
    pub async fn bind(&mut self, dn: &str, password: &str) -> Result<LdapResult, LdapFault> {
        if dn.is_empty() != password.is_empty() {
            return Err(LdapFault::Unexpected);
        }
        let request = LdapBindRequest {
            version: 3,
            dn: dn.to_owned(),
            cred: LdapBindCred::Simple(password.to_owned()),
        };
        let asked = timeout(BIND, self.ask(LdapOp::BindRequest(request))).await;
        match asked.map_err(|_elapsed| LdapFault::Slow)?? {
            LdapOp::BindResponse(response) => Ok(response.res),
            _ => Err(LdapFault::Unexpected),
        }
    }

    /// Searches, and collects what is found within a time.
    pub async fn search(
        &mut self,
        request: LdapSearchRequest,
        controls: Vec<LdapControl>,
        time: Duration,
    ) -> Result<Found, LdapFault> {
        timeout(time, self.collect(request, controls)).await.map_err(|_elapsed| LdapFault::Slow)?
    }

    async fn collect(
        &mut self,
        request: LdapSearchRequest,
        controls: Vec<LdapControl>,
    ) -> Result<Found, LdapFault> {
        self.send(LdapOp::SearchRequest(request), controls).await?;
        let mut entries = Vec::new();
        loop {
            let message = self.receive().await?;
            match message.op {
                LdapOp::SearchResultEntry(entry) => entries.push(entry),
                // Where else could be looked: other domains of the forest, which the settings do not mean.
                LdapOp::SearchResultReference(_) | LdapOp::IntermediateResponse(_) => {}
                LdapOp::SearchResultDone(result) => {
                    return Ok(Found { entries, result, controls: message.ctrl });
                }
                _ => return Err(LdapFault::Unexpected),
            }
            if entries.len() > super::reading::MOST {
                return Err(LdapFault::TooMany(super::reading::MOST));
            }
        }
    }

    async fn ask(&mut self, op: LdapOp) -> Result<LdapOp, LdapFault> {
        self.send(op, Vec::new()).await?;
        Ok(self.receive().await?.op)
    }

    async fn send(&mut self, op: LdapOp, controls: Vec<LdapControl>) -> Result<(), LdapFault> {
        self.last += 1;
        let mut bytes = BytesMut::new();
        self.codec.encode(LdapMsg::new_with_ctrls(self.last, op, controls), &mut bytes)?;
        self.stream.write_all(&bytes).await?;
        Ok(self.stream.flush().await?)
    }

    /// The next message, which must answer what was asked last.
    async fn receive(&mut self) -> Result<LdapMsg, LdapFault> {
        loop {
            if let Some(message) = self.codec.decode(&mut self.received)? {
                return if message.msgid == self.last { Ok(message) } else { Err(LdapFault::Unexpected) };
            }
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    /// A server that is switched off answers nothing at all, as one does whose queue is full.
    #[tokio::test]
    async fn of_several_servers_one_may_be_down() {
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let full = TcpSocket::new_v4().unwrap();
        full.bind(any).unwrap();
        let full = full.listen(0).unwrap();
        let down = full.local_addr().unwrap();
        let mut waiting = Vec::new();
        while let Ok(one) = timeout(Duration::from_millis(200), TcpStream::connect(down)).await {
            waiting.push(one.unwrap());
        }
        let alive = TcpListener::bind(any).await.unwrap();
        let up = alive.local_addr().unwrap();
        let connected = connect([down, up].into_iter()).await.unwrap();
        assert_eq!(connected.peer_addr().unwrap(), up);
        assert!(matches!(connect([down].into_iter()).await, Err(LdapFault::Slow)));
    }
}
