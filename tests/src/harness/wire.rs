use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use socket2::{Domain, Socket, Type};

use super::Phone;

/// How long a server is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A bare connection: for requests that no HTTP library would write.
#[derive(Debug)]
pub struct Wire(TcpStream);

impl Wire {
    /// Connects to `http://HOST:PORT`.
    pub fn connect(base: &str) -> Self {
        let stream = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Connects with so little room to receive that an answer of any size waits for its reader.
    pub fn narrow(base: &str) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(16_384).unwrap();
        // As on a real line: on the loopback a segment would be larger than the whole room.
        socket.set_tcp_mss(1_400).unwrap();
        let address: SocketAddr = base.trim_start_matches("http://").parse().unwrap();
        socket.connect(&address.into()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(socket.into())
    }

    /// An open stream of wake-ups of this phone, its first words read.
    pub fn listen(phone: &Phone) -> Self {
        let mut wire = Self::connect(phone.base());
        let token = phone.token().unwrap();
        wire.send(format!("GET /api/v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"));
        wire.read_until("\n\n");
        wire
    }

    /// Sends these bytes; a server that has closed already is no failure.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        drop(self.0.write_all(bytes.as_ref()));
    }

    /// Sends these bytes again and again and reads nothing, until the server ends the connection.
    pub fn send_until_cut(mut self, bytes: &str) {
        let error = loop {
            if let Err(error) = self.0.write_all(bytes.as_bytes()) {
                break error;
            }
        };
        let cut = matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe);
        assert!(cut, "the server does not end the connection: {error}");
    }

    /// So many bytes of what the server sends.
    pub fn read_some(&mut self, count: usize) {
        self.0.read_exact(&mut vec![0; count]).unwrap();
    }

    /// Everything until the server closes the connection.
    pub fn read_to_end(mut self) -> String {
        let mut answer = Vec::new();
        match self.0.read_to_end(&mut answer) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => {
                panic!("the server does not close: {error}")
            }
            _ => String::from_utf8_lossy(&answer).into_owned(),
        }
    }

    /// One answer: its head, and as much of a body as `Content-Length` says.
    pub fn read_answer(&mut self) -> String {
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"\r\n\r\n") {
            self.0.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&answer).to_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).unwrap();
        answer.extend(body);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Everything until `end` comes, that included.
    pub fn read_until(&mut self, end: &str) -> String {
        let mut text = Vec::new();
        let mut byte = [0];
        while !text.ends_with(end.as_bytes()) {
            if let Err(error) = self.0.read_exact(&mut byte) {
                panic!("{end:?} does not come ({error}) after: {}", String::from_utf8_lossy(&text));
            }
            text.push(byte[0]);
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}
