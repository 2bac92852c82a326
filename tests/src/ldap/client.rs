use std::{
    fmt,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use bytes::BytesMut;
use ldap3_lber::{Parser, structure::StructureTag, write::encode_into};
use ldap3_proto::{
    control::LdapControl,
    proto::{
        LdapBindCred, LdapBindRequest, LdapDerefAliases, LdapExtendedRequest, LdapExtendedResponse,
        LdapFilter, LdapMsg, LdapOp, LdapResult, LdapResultCode, LdapSearchRequest, LdapSearchResultEntry,
        LdapSearchScope,
    },
};

use super::{office::BASE, text};

/// Longer than anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a connection runs over.
pub trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// A directory client on one connection.
pub struct Client {
    pub stream: Box<dyn Stream>,
    received: Vec<u8>,
    last: i32,
}

/// An answer to a search.
#[derive(Debug)]
pub struct Found {
    pub entries: Vec<LdapSearchResultEntry>,
    pub result: LdapResult,
    pub controls: Vec<LdapControl>,
}

impl Client {
    pub fn connect(addr: SocketAddr) -> Self {
        Self::over(tcp(addr))
    }

    pub fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), received: Vec::new(), last: 0 }
    }

    /// A client that is bound.
    pub fn bound(addr: SocketAddr, name: &str, password: &str) -> Self {
        let mut client = Self::connect(addr);
        assert_eq!(client.bind(name, password).code, LdapResultCode::Success);
        client
    }

    /// Sends a request; answers with its id.
    pub fn send(&mut self, op: LdapOp, controls: Vec<LdapControl>) -> i32 {
        self.last += 1;
        let mut out = BytesMut::new();
        encode_into(&mut out, StructureTag::from(LdapMsg::new_with_ctrls(self.last, op, controls))).unwrap();
        self.stream.write_all(&out).unwrap();
        self.last
    }

    /// The next message; `None` when the server ended the connection.
    pub fn receive(&mut self) -> Option<LdapMsg> {
        loop {
            if let Ok((rest, tag)) = Parser::default().parse(&self.received) {
                let taken = self.received.len() - rest.len();
                self.received.drain(..taken);
                return Some(LdapMsg::try_from(tag).unwrap());
            }
            let mut chunk = [0; 4096];
            match self.stream.read(&mut chunk) {
                Ok(0) => return None,
                Ok(read) => self.received.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("nothing came: {error}"),
            }
        }
    }

    /// What a request is answered with.
    pub fn ask(&mut self, op: LdapOp) -> LdapOp {
        let id = self.send(op, Vec::new());
        let answer = self.receive().expect("the connection ended");
        assert_eq!(answer.msgid, id);
        answer.op
    }

    pub fn bind(&mut self, name: &str, password: &str) -> LdapResult {
        self.bind_with(3, name, LdapBindCred::Simple(password.to_owned()))
    }

    pub fn bind_with(&mut self, version: i64, name: &str, cred: LdapBindCred) -> LdapResult {
        match self.ask(LdapOp::BindRequest(LdapBindRequest { version, dn: name.to_owned(), cred })) {
            LdapOp::BindResponse(response) => response.res,
            other => panic!("{other:?}"),
        }
    }

    pub fn extended(&mut self, name: &str) -> LdapExtendedResponse {
        match self.ask(LdapOp::ExtendedRequest(LdapExtendedRequest { name: name.to_owned(), value: None })) {
            LdapOp::ExtendedResponse(response) => response,
            other => panic!("{other:?}"),
        }
    }

    /// Whether the server says that it ends the connection, with this code, and does.
    pub fn is_dismissed(&mut self, code: &LdapResultCode) -> bool {
        let Some(message) = self.receive() else { return false };
        let LdapOp::ExtendedResponse(notice) = message.op else { return false };
        let is_notice = message.msgid == 0 && notice.name.as_deref() == Some("1.3.6.1.4.1.1466.20036");
        is_notice && notice.res.code == *code && self.receive().is_none()
    }

    pub fn find(&mut self, request: LdapSearchRequest, controls: Vec<LdapControl>) -> Found {
        let id = self.send(LdapOp::SearchRequest(request), controls);
        let mut entries = Vec::new();
        loop {
            let message = self.receive().expect("the connection ended");
            assert_eq!(message.msgid, id);
            match message.op {
                LdapOp::SearchResultEntry(entry) => entries.push(entry),
                LdapOp::SearchResultDone(result) => return Found { entries, result, controls: message.ctrl },
                other => panic!("{other:?}"),
            }
        }
    }

    /// The names (`cn`) of those whom a filter finds, as they come.
    pub fn names(&mut self, filter: &str) -> Vec<String> {
        let found = self.find(search(filter), Vec::new());
        assert_eq!(found.result.code, LdapResultCode::Success, "{filter}: {}", found.result.message);
        found.entries.iter().map(|entry| value(entry, "cn")).collect()
    }
}

/// A search of everything for two attributes.
pub fn search(filter: &str) -> LdapSearchRequest {
    search_for(text::filter(filter))
}

pub fn search_for(filter: LdapFilter) -> LdapSearchRequest {
    LdapSearchRequest {
        base: BASE.to_owned(),
        scope: LdapSearchScope::Subtree,
        aliases: LdapDerefAliases::Never,
        sizelimit: 0,
        timelimit: 0,
        typesonly: false,
        filter,
        attrs: vec!["cn".to_owned(), "telephoneNumber".to_owned()],
    }
}

/// The first value of an attribute; empty when there is none.
pub fn value(entry: &LdapSearchResultEntry, name: &str) -> String {
    values(entry, name).into_iter().next().unwrap_or_default()
}

pub fn values(entry: &LdapSearchResultEntry, name: &str) -> Vec<String> {
    let attributes = entry.attributes.iter().filter(|attribute| attribute.atype == name);
    attributes
        .flat_map(|attribute| &attribute.vals)
        .map(|value| String::from_utf8(value.clone()).unwrap())
        .collect()
}

pub fn tcp(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
