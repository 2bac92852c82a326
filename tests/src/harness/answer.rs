use reqwest::{blocking::Response, header::HeaderMap};
use serde_json::Value;

use super::conformance;

/// What the server answered, read to the end.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
    request: String,
}

impl Answer {
    pub(super) fn read(request: String, response: Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Self { status, headers, body: response.bytes()?.to_vec(), request };
        answer.check();
        Ok(answer)
    }

    /// The answer is one that the OpenAPI document describes.
    fn check(&self) {
        if self.header("content-encoding").is_some() {
            return;
        }
        let faults = conformance::faults(&self.request, self);
        assert!(faults.is_empty(), "{}: {faults:#?} in {}", self.request, self.text());
    }

    /// The same answer, which has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.request, self.text());
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{}: {error}: {}", self.request, self.text()),
        }
    }

    /// A header, `None` where it is not there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The ETag, which is there.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.header("etag").unwrap_or_else(|| panic!("{}: no ETag", self.request)).to_owned()
    }

    /// The problem, which has this status and code, a text, and a request id.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!((self.status, &problem["code"]), (status, &code.into()), "{}: {problem}", self.request);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.request);
        assert_eq!(problem["type"], format!("urn:renraku:problem:{code}"));
        assert_eq!(problem["status"], status);
        for text in ["title", "detail"] {
            assert!(
                problem[text].as_str().is_some_and(|text| !text.is_empty()),
                "{}: {problem}",
                self.request
            );
        }
        assert_eq!(problem["requestId"].as_str(), self.header("x-request-id"), "{}: {problem}", self.request);
        problem
    }
}
