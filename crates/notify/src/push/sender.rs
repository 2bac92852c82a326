//! One message to one push service (RFC 8030 §5).

use std::{
    net::{SocketAddr, ToSocketAddrs},
    time::Duration,
};

use p256::SecretKey;
use renraku_base::{Entropy, Timestamp};
use reqwest::{Certificate, StatusCode, Url, blocking::Client, header, redirect::Policy};

use super::{Allowed, Contact, Receiver, VapidKey};

/// How long a push service may take to answer.
const TIME: Duration = Duration::from_secs(10);
/// How long a message is kept for a phone that is not there (RFC 8030 §5.2).
const KEPT: Duration = Duration::from_hours(24);
/// How soon a message should arrive (RFC 8030 §5.3): what is new in a calendar does not wake a phone that saves its battery.
const URGENCY: &str = "normal";

/// A message before it is sealed.
#[derive(Debug, Clone, Copy)]
pub struct PushMessage<'m> {
    /// The address of the subscription at its push service.
    pub endpoint: &'m str,
    /// For whom it is sealed.
    pub receiver: &'m Receiver,
    /// What it says.
    pub body: &'m [u8],
    /// A later message of the same topic replaces one that still waits: at most 32 letters of base64url (RFC 8030 §5.4).
    pub topic: &'m str,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The push service took it.
    Taken,
    /// The subscription has ended, or never reaches anybody.
    Ended(String),
    /// Worth another attempt.
    Later(String),
}

/// Hands messages to push services.
pub trait PushSender: Send + Sync {
    /// Whether messages may be sent to this address at all: whether its name and network are allowed.
    fn may_reach(&self, endpoint: &str) -> bool;

    /// Seals a message and hands it over; `now` dates its proof.
    fn send(&self, message: &PushMessage<'_>, now: Timestamp) -> Outcome;
}

/// A sender cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the certificates of push.ca_file cannot be read")]
pub struct WebPushFault(#[from] reqwest::Error);

/// Hands messages over by HTTP, to whom the office allows.
#[derive(Debug)]
pub struct WebPush {
    key: VapidKey,
    contact: Contact,
    allowed: Allowed,
    authorities: Vec<Certificate>,
}

impl WebPush {
    /// Takes the server's key, whom push services may turn to, which of them may be spoken to, and certificates (PEM) that are
    /// trusted besides.
    ///
    /// # Errors
    /// [`WebPushFault`] when the certificates cannot be read.
    pub fn new(
        key: VapidKey,
        contact: Contact,
        allowed: Allowed,
        authorities: &[u8],
    ) -> Result<Self, WebPushFault> {
        let authorities = Certificate::from_pem_bundle(authorities)?;
        Ok(Self { key, contact, allowed, authorities })
    }

    /// The addresses of an endpoint, each of them allowed: looked up once, so that a name cannot lead elsewhere afterwards.
    fn reach(&self, url: &Url) -> Option<Vec<SocketAddr>> {
        let encrypted = url.scheme() == "https";
        let plain_user = url.username().is_empty() && url.password().is_none();
        if !(encrypted || url.scheme() == "http") || !plain_user {
            return None;
        }
        let host = url.host_str()?;
        let port = url.port_or_known_default()?;
        let found: Vec<_> = (host.trim_matches(['[', ']']), port).to_socket_addrs().ok()?.collect();
        let all = found.iter().all(|address| self.allowed.permits(host, *address, encrypted));
        (all && !found.is_empty()).then_some(found)
    }

    fn post(
        &self,
        url: Url,
        addresses: &[SocketAddr],
        message: &PushMessage<'_>,
        now: Timestamp,
    ) -> Result<StatusCode, String> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(TIME)
            .resolve_to_addrs(&host, addresses);
        for authority in &self.authorities {
            client = client.add_root_certificate(authority.clone());
        }
        let once = SecretKey::from_slice(&Entropy.bytes::<32>()).map_err(|error| error.to_string())?;
        let body = message
            .receiver
            .seal(message.body, &once, &Entropy.bytes())
            .map_err(|error| error.to_string())?;
        let proof = self.key.authorization(&url.origin().ascii_serialization(), &self.contact, now);
        let answer = client
            .build()
            .and_then(|client| {
                client
                    .post(url)
                    .header(header::AUTHORIZATION, proof)
                    .header(header::CONTENT_ENCODING, "aes128gcm")
                    .header(header::CONTENT_TYPE, "application/octet-stream")
                    .header("ttl", KEPT.as_secs())
                    .header("topic", message.topic)
                    .header("urgency", URGENCY)
                    .body(body)
                    .send()
            })
            // The address is the subscriber's secret: it stays out of the log.
            .map_err(|error| error.without_url().to_string())?;
        Ok(answer.status())
    }
}

impl PushSender for WebPush {
    fn may_reach(&self, endpoint: &str) -> bool {
        Url::parse(endpoint).is_ok_and(|url| self.reach(&url).is_some())
    }

    fn send(&self, message: &PushMessage<'_>, now: Timestamp) -> Outcome {
        let Ok(url) = Url::parse(message.endpoint) else { return Outcome::Ended("no URL".to_owned()) };
        // A name that does not resolve now may do so later; one that is not allowed any more does not come back by waiting.
        let Some(addresses) = self.reach(&url) else {
            return Outcome::Later("the push service is not reached or not allowed".to_owned());
        };
        match self.post(url, &addresses, message, now) {
            Ok(status) if status.is_success() => Outcome::Taken,
            Ok(status @ (StatusCode::NOT_FOUND | StatusCode::GONE)) => Outcome::Ended(status.to_string()),
            Ok(status) => Outcome::Later(format!("the push service answers {status}")),
            Err(why) => Outcome::Later(why),
        }
    }
}
