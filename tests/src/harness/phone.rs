use std::time::Duration;

use reqwest::{
    Method,
    blocking::{Client, RequestBuilder},
};
use serde_json::Value;

use super::Answer;

/// Speaks HTTP to one server, signed in or not.
#[derive(Debug, Clone)]
pub struct Phone {
    http: Client,
    base: String,
    token: Option<String>,
}

impl Phone {
    /// A phone that is not signed in.
    pub fn new(base: &str) -> Self {
        // Refused only when it is installed already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            // A server that ends waits for connections that are kept.
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self { http, base: base.to_owned(), token: None }
    }

    /// The same phone, signed in with `token`.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same phone, speaking to a server elsewhere.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The server that it speaks to: `http://…`
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The access token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Begins a request; a `path` without a leading slash lies under `/api/v1`.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        let url = match path.strip_prefix('/') {
            Some(rest) => format!("{}/{rest}", self.base),
            None => format!("{}/api/v1/{path}", self.base),
        };
        let mut request = self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), &url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Ask { what: format!("{method} {path}"), request }
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send()
    }

    /// Makes or does something, with a fresh Idempotency-Key.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path).fresh_key().json(body).send()
    }

    /// Changes the version `etag`.
    pub fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        self.ask("PATCH", path).header("if-match", etag).fresh_key().json(body).send()
    }

    /// Deletes the version `etag`.
    pub fn delete(&self, path: &str, etag: &str) -> Answer {
        self.ask("DELETE", path).header("if-match", etag).fresh_key().send()
    }
}

/// A request that is being written.
#[derive(Debug)]
#[must_use = "send it"]
pub struct Ask {
    what: String,
    request: RequestBuilder,
}

impl Ask {
    /// With one more header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    /// With an Idempotency-Key that nobody used before.
    pub fn fresh_key(self) -> Self {
        self.header("idempotency-key", &uuid::Uuid::new_v4().to_string())
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        Self { request: self.request.json(body), ..self }
    }

    /// With any body.
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let request = self.request.header("content-type", content_type).body(body.into());
        Self { request, ..self }
    }

    /// Sends it and reads the whole answer.
    #[track_caller]
    pub fn send(self) -> Answer {
        match self.try_send() {
            Ok(answer) => answer,
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Sends it to a server that may end before it has answered.
    pub fn try_send(self) -> reqwest::Result<Answer> {
        Answer::read(self.what, self.request.send()?)
    }
}
