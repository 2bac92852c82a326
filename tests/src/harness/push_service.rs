use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU16, Ordering},
    },
    thread::{self, JoinHandle},
};

use aes_gcm::{Aes128Gcm, KeyInit, aead::Aead};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use p256::{
    PublicKey, SecretKey,
    ecdh::diffie_hellman,
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    elliptic_curve::sec1::ToEncodedPoint,
};
use serde_json::Value;
use sha2::Sha256;

/// A push service of one subscriber (RFC 8030): takes what it is sent and opens it.
#[derive(Debug)]
pub struct PushService {
    address: SocketAddr,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct State {
    key: SecretKey,
    auth: [u8; 16],
    status: AtomicU16,
    ended: AtomicBool,
    received: Mutex<Vec<Pushed>>,
}

/// A message that arrived.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// The path to which it was sent.
    pub path: String,
    /// Its headers, their names in small letters.
    pub headers: Vec<(String, String)>,
    /// What it says.
    pub text: String,
    /// What its proof says of the sender.
    pub claims: Value,
}

impl Pushed {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

impl PushService {
    /// Begins to listen.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            key: SecretKey::from_slice(&[9; 32]).unwrap(),
            auth: [5; 16],
            status: AtomicU16::new(201),
            ended: AtomicBool::new(false),
            received: Mutex::default(),
        });
        let of_thread = Arc::clone(&state);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.ended.load(Ordering::Acquire) {
                    return;
                }
                of_thread.serve(stream.unwrap());
            }
        });
        Self { address, state, thread: Some(thread) }
    }

    /// What `push.allow` names it by.
    pub fn allowance(&self) -> String {
        self.address.to_string()
    }

    /// The address of a subscription.
    pub fn endpoint(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// The subscriber's public key and secret, as clients hand them on.
    pub fn keys(&self) -> (String, String) {
        let key = self.state.key.public_key().to_encoded_point(false);
        (URL_SAFE_NO_PAD.encode(key.as_bytes()), URL_SAFE_NO_PAD.encode(self.state.auth))
    }

    /// Answers with this status from now on.
    pub fn answer_with(&self, status: u16) {
        self.state.status.store(status, Ordering::Release);
    }

    /// What arrived since the last look.
    pub fn take(&self) -> Vec<Pushed> {
        std::mem::take(&mut self.state.received.lock().unwrap())
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Release);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl State {
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let header = |name: &str| headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());
        let mut body = vec![0; header("content-length").unwrap().parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let claims = claims(header("authorization").unwrap());
        let text = self.open(&body);
        self.received.lock().unwrap().push(Pushed { path, text, claims, headers });
        let status = self.status.load(Ordering::Acquire);
        let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).unwrap();
    }

    /// Opens a message as RFC 8291 §3 and RFC 8188 §2 tell the receiver to.
    fn open(&self, body: &[u8]) -> String {
        let (salt, rest) = body.split_at(16);
        let (size, rest) = rest.split_at(4);
        assert!(u32::from_be_bytes(size.try_into().unwrap()) >= u32::try_from(body.len() - 86).unwrap());
        let (length, rest) = rest.split_at(1);
        let (theirs, sealed) = rest.split_at(length[0].into());
        let shared = diffie_hellman(
            self.key.to_nonzero_scalar(),
            PublicKey::from_sec1_bytes(theirs).unwrap().as_affine(),
        );
        let ours = self.key.public_key().to_encoded_point(false);
        let info = [b"WebPush: info\0".as_slice(), ours.as_bytes(), theirs].concat();
        let expand = |salt: &[u8], material: &[u8], info: &[u8], length: usize| {
            let mut out = vec![0; length];
            Hkdf::<Sha256>::new(Some(salt), material).expand(info, &mut out).unwrap();
            out
        };
        let material = expand(&self.auth, shared.raw_secret_bytes(), &info, 32);
        let key = expand(salt, &material, b"Content-Encoding: aes128gcm\0", 16);
        let nonce = expand(salt, &material, b"Content-Encoding: nonce\0", 12);
        let mut plain =
            Aes128Gcm::new_from_slice(&key).unwrap().decrypt(nonce.as_slice().into(), sealed).unwrap();
        assert_eq!(plain.pop(), Some(2), "the delimiter of the last record");
        String::from_utf8(plain).unwrap()
    }
}

/// The claims of a proof (RFC 8292 §2), whose signature is good.
fn claims(authorization: &str) -> Value {
    let (token, key) = authorization.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let verifier = VerifyingKey::from_sec1_bytes(&decode(key)).unwrap();
    verifier.verify(signed.as_bytes(), &Signature::from_slice(&decode(signature)).unwrap()).unwrap();
    serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap()
}
