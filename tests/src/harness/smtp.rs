use std::{
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// How long a client is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the mail server does with the mails that it is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manner {
    /// It takes them.
    #[default]
    Take,
    /// It refuses them for now, with 451.
    RefuseForNow,
    /// It refuses them for good, with 550.
    Refuse,
    /// It takes them and closes the connection before it says so.
    DropAfterData,
    /// It says nothing until its manner changes.
    Hang,
    /// It takes them and says nothing until its manner changes.
    HangAfterData,
}

/// How it is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// In the clear.
    None,
    /// In the clear until STARTTLS.
    StartTls,
    /// By TLS from the first byte.
    Tls,
}

/// A mail as it came over the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Received {
    /// `MAIL FROM`, with its parameters.
    pub from: String,
    /// Each `RCPT TO`.
    pub to: Vec<String>,
    /// The mail, dots undone.
    pub data: Vec<u8>,
}

impl Received {
    /// The lines of its header, continued ones joined.
    pub fn header(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.data);
        let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        head.split("\r\n").map(str::to_owned).collect()
    }

    /// The values of one field.
    pub fn field(&self, name: &str) -> Vec<String> {
        let prefix = format!("{name}: ");
        self.header().iter().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect()
    }
}

/// A mail server that keeps what it is given.
pub struct SmtpSink {
    port: u16,
    security: Security,
    certificate: String,
    shared: Arc<Shared>,
}

struct Shared {
    tls: Arc<ServerConfig>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    manner: Manner,
    /// Whether it offers 8BITMIME.
    eight_bit: bool,
    mails: Vec<Received>,
    waiting: usize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

impl SmtpSink {
    /// Starts it, with a certificate that nobody else vouches for.
    pub fn start(security: Security) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.key_pair.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared =
            Arc::new(Shared { tls: Arc::new(tls), state: Mutex::default(), changed: Condvar::new() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&accepting);
                // A client that goes away in the middle is no fault of the server's.
                thread::spawn(move || drop(greet(stream.unwrap(), security, &shared)));
            }
        });
        Self { port, security, certificate: made.cert.pem(), shared }
    }

    /// The settings of a server that sends by it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let encryption = match self.security {
            Security::None => "none",
            Security::StartTls => "starttls",
            Security::Tls => "tls",
        };
        vec![
            ("RENRAKU_SMTP_HOST", "127.0.0.1".to_owned()),
            ("RENRAKU_SMTP_PORT", self.port.to_string()),
            ("RENRAKU_SMTP_ENCRYPTION", encryption.to_owned()),
        ]
    }

    /// The certificate (PEM) by which it is known.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Changes what it does with mails from now on.
    pub fn behave(&self, manner: Manner) {
        self.shared.lock().manner = manner;
        self.shared.changed.notify_all();
    }

    /// Offers to take mails of eight bits (8BITMIME), or offers it no longer.
    pub fn offer_eight_bit(&self, offered: bool) {
        self.shared.lock().eight_bit = offered;
    }

    /// Everything that it was given, also what it did not say it took.
    pub fn mails(&self) -> Vec<Received> {
        self.shared.lock().mails.clone()
    }

    /// Waits until it was given so many mails.
    pub fn wait_for_mails(&self, count: usize) {
        let few = |state: &mut State| state.mails.len() < count;
        let waited = self.shared.changed.wait_timeout_while(self.shared.lock(), PATIENCE, few).unwrap();
        assert!(!waited.1.timed_out(), "{} mails came", waited.0.mails.len());
    }

    /// Waits until a client waits for its answer.
    pub fn wait_until_it_hangs(&self) {
        let state = self.shared.lock();
        drop(self.shared.changed.wait_while(state, |state| state.waiting == 0).unwrap());
    }
}

impl fmt::Debug for SmtpSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSink").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.behave(Manner::Take);
    }
}

fn greet(stream: TcpStream, security: Security, shared: &Shared) -> io::Result<()> {
    let tls = |stream| Ok::<_, io::Error>(StreamOwned::new(server_side(shared)?, stream));
    match security {
        Security::None => talk(stream, "220 sink", false, shared).map(drop),
        Security::Tls => talk(tls(stream)?, "220 sink", false, shared).map(drop),
        Security::StartTls => match talk(stream, "220 sink", true, shared)? {
            // Nothing is greeted anew after STARTTLS.
            Some(stream) => talk(tls(stream)?, "", false, shared).map(drop),
            None => Ok(()),
        },
    }
}

fn server_side(shared: &Shared) -> io::Result<ServerConnection> {
    ServerConnection::new(Arc::clone(&shared.tls)).map_err(io::Error::other)
}

/// Serves a connection until it ends (`None`), or until STARTTLS.
fn talk<S: Stream>(stream: S, greeting: &str, starttls: bool, shared: &Shared) -> io::Result<Option<S>> {
    let mut stream = BufReader::new(stream);
    if !greeting.is_empty() {
        say(&mut stream, greeting)?;
    }
    let mut mail = Received::default();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let command = line.trim_end();
        let argument = command.split_once(':').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
        match command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" if starttls => say(&mut stream, "250-sink\r\n250 STARTTLS")?,
            "EHLO" if shared.lock().eight_bit => say(&mut stream, "250-sink\r\n250 8BITMIME")?,
            "STARTTLS" if starttls => {
                say(&mut stream, "220 go")?;
                return Ok(Some(stream.into_inner()));
            }
            "MAIL" | "RCPT" | "DATA" if starttls => say(&mut stream, "530 STARTTLS first")?,
            "MAIL" => {
                mail = Received { from: argument, ..Received::default() };
                say(&mut stream, "250 ok")?;
            }
            "RCPT" => {
                mail.to.push(argument);
                say(&mut stream, "250 ok")?;
            }
            "DATA" => {
                say(&mut stream, "354 go")?;
                mail.data = read_data(&mut stream)?;
                if !judge(&mut stream, std::mem::take(&mut mail), shared)? {
                    return Ok(None);
                }
            }
            "QUIT" => {
                say(&mut stream, "221 bye")?;
                return Ok(None);
            }
            _ => say(&mut stream, "250 ok")?,
        }
    }
}

/// Answers to a mail; `false` ends the connection.
fn judge<S: Stream>(stream: &mut BufReader<S>, mail: Received, shared: &Shared) -> io::Result<bool> {
    let mut state = shared.lock();
    match state.manner {
        Manner::RefuseForNow | Manner::Refuse => {
            let answer = if state.manner == Manner::Refuse { "550 no such user" } else { "451 later" };
            drop(state);
            say(stream, answer)?;
            Ok(true)
        }
        Manner::Take | Manner::DropAfterData => {
            let manner = state.manner;
            state.mails.push(mail);
            shared.changed.notify_all();
            drop(state);
            if manner == Manner::DropAfterData {
                return Ok(false);
            }
            say(stream, "250 taken")?;
            Ok(true)
        }
        Manner::Hang | Manner::HangAfterData => {
            let manner = state.manner;
            if manner == Manner::HangAfterData {
                state.mails.push(mail);
            }
            state.waiting += 1;
            shared.changed.notify_all();
            let mut state = shared.changed.wait_while(state, |state| state.manner == manner).unwrap();
            state.waiting -= 1;
            Ok(false)
        }
    }
}

fn read_data<S: Stream>(stream: &mut BufReader<S>) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(data);
        }
        data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn say<S: Stream>(stream: &mut BufReader<S>, line: &str) -> io::Result<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
    stream.get_mut().flush()
}
