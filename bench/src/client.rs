//! One keep-alive connection that counts its bytes.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A connection of one signed-in phone.
pub struct Client {
    stream: TcpStream,
    address: String,
    token: Option<String>,
    encoding: Option<&'static str>,
    buffer: Vec<u8>,
    /// What went over the wire so far.
    pub traffic: Traffic,
}

/// What went over the wire.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traffic {
    /// Requests.
    pub requests: u64,
    /// Bytes sent, heads included.
    pub sent: u64,
    /// Bytes received, heads included.
    pub received: u64,
    /// Bytes of the bodies alone.
    pub bodies: u64,
}

/// One answer.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head, as received.
    pub head: String,
    /// The body, as received (compressed where it was asked for).
    pub body: Vec<u8>,
    /// From the first byte sent to the last received.
    pub elapsed: Duration,
}

impl Answer {
    /// The JSON of the body.
    pub fn json(&self) -> Result<Value> {
        let plain = match self.header("content-encoding") {
            Some("zstd") => zstd::decode_all(self.body.as_slice())?,
            Some("identity") | None => self.body.clone(),
            Some(other) => bail!("the body is encoded as {other}"),
        };
        serde_json::from_slice(&plain).with_context(|| format!("status {}: not JSON", self.status))
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Client {
    /// Connects; nothing is signed in yet.
    pub fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self {
            stream,
            address: address.to_owned(),
            token: None,
            encoding: None,
            buffer: Vec::new(),
            traffic: Traffic::default(),
        })
    }

    /// Signs in and sends the access token from now on.
    pub fn sign_in(&mut self, username: &str, password: &str) -> Result<()> {
        let body = serde_json::json!({
            "username": username,
            "password": password,
            "device": {"name": "bench", "platform": "bench"}
        });
        let answer = self.send("POST", "/api/v1/auth/login", &[], Some(&body))?;
        let token = answer.json()?.get("accessToken").and_then(Value::as_str).map(str::to_owned);
        self.token = Some(token.with_context(|| format!("sign-in answered {}", answer.status))?);
        Ok(())
    }

    /// Asks for compressed answers from now on, or not.
    pub fn accept(&mut self, encoding: Option<&'static str>) {
        self.encoding = encoding;
    }

    /// `GET`.
    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, &[], None)
    }

    /// `POST` with a fresh idempotency key.
    pub fn post(&mut self, path: &str, body: &Value) -> Result<Answer> {
        let key = uuid::Uuid::new_v4().to_string();
        self.send("POST", path, &[("Idempotency-Key", &key)], Some(body))
    }

    /// One request.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let body = body.map(serde_json::to_vec).transpose()?.unwrap_or_default();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        if let Some(token) = &self.token {
            request.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        if let Some(encoding) = self.encoding {
            request.push_str(&format!("Accept-Encoding: {encoding}\r\n"));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request
                .push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        let mut request = request.into_bytes();
        request.extend_from_slice(&body);
        let started = Instant::now();
        self.stream.write_all(&request)?;
        let mut answer = self.receive()?;
        answer.elapsed = started.elapsed();
        self.traffic.requests += 1;
        self.traffic.sent += request.len() as u64;
        Ok(answer)
    }

    /// Opens a stream of events on this connection, which then serves for nothing else.
    pub fn watch(&mut self, path: &str) -> Result<()> {
        let token = self.token.as_deref().unwrap_or_default();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n",
            self.address
        );
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        self.skip_past(b"\r\n\r\n").map(drop)
    }

    /// Waits for the next hint of the stream and says how many bytes it has.
    pub fn hint(&mut self) -> Result<usize> {
        self.skip_past(b"event: state")?;
        Ok(b"event: state".len() + self.skip_past(b"\n\n")?)
    }

    /// Reads on until `what` has come, and says how much that was.
    fn skip_past(&mut self, what: &[u8]) -> Result<usize> {
        loop {
            if let Some(at) = find(&self.buffer, what) {
                self.buffer.drain(..at + what.len());
                return Ok(at + what.len());
            }
            self.fill()?;
        }
    }

    fn receive(&mut self) -> Result<Answer> {
        self.buffer.clear();
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.fill()?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status line")?;
        let mut answer = Answer { status, head, body: Vec::new(), elapsed: Duration::ZERO };
        let wire = if answer.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            self.chunks(end, &mut answer.body)?
        } else {
            let length: usize = answer.header("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
            while self.buffer.len() < end + length {
                self.fill()?;
            }
            answer.body = self.buffer[end..end + length].to_vec();
            end + length
        };
        self.traffic.received += wire as u64;
        self.traffic.bodies += answer.body.len() as u64;
        Ok(answer)
    }

    fn chunks(&mut self, mut at: usize, body: &mut Vec<u8>) -> Result<usize> {
        loop {
            let line = loop {
                if let Some(line) = find(&self.buffer[at..], b"\r\n") {
                    break at + line;
                }
                self.fill()?;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&self.buffer[at..line])?.trim(), 16)?;
            at = line + 2;
            while self.buffer.len() < at + size + 2 {
                self.fill()?;
            }
            if size == 0 {
                return Ok(at + 2);
            }
            body.extend_from_slice(&self.buffer[at..at + size]);
            at += size + 2;
        }
    }

    fn fill(&mut self) -> Result<()> {
        let mut piece = [0; 64 * 1024];
        match self.stream.read(&mut piece)? {
            0 => bail!("the server closed the connection"),
            count => {
                self.buffer.extend_from_slice(&piece[..count]);
                Ok(())
            }
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
