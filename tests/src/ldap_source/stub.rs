use std::{
    io::{ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use bytes::BytesMut;
use ldap3_lber::{Parser, structure::StructureTag, write::encode_into};
use ldap3_proto::proto::{
    LdapBindCred, LdapBindResponse, LdapExtendedResponse, LdapFilter, LdapMsg, LdapOp, LdapResult,
    LdapResultCode, LdapSearchResultEntry,
};

use crate::harness::READER;

/// What an LDAP server does with those who connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It knows one user, whose password this is.
    Know(&'static str),
    /// It takes the connection and says nothing.
    Hang,
    /// It says a byte now and then, and never a whole answer.
    Drip,
    /// It says what is no LDAP.
    Babble,
    /// It agrees to begin TLS, and says something more in the clear, as somebody between would.
    Inject,
}

/// An LDAP server that keeps what it was asked.
#[derive(Debug)]
pub struct Stub {
    port: u16,
    manner: Arc<Mutex<Manner>>,
    asked: Arc<Mutex<Asked>>,
}

/// What it was asked.
#[derive(Debug, Default, Clone)]
pub struct Asked {
    /// The names with which somebody bound, the reader's apart.
    pub binds: Vec<String>,
    /// The filters of the searches.
    pub filters: Vec<LdapFilter>,
}

impl Stub {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Asked::default()));
        let told = Arc::clone(&asked);
        let manner = Arc::new(Mutex::new(manner));
        let present = Arc::clone(&manner);
        // It ends with the process of the tests.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let told = Arc::clone(&told);
                let manner = *present.lock().unwrap_or_else(PoisonError::into_inner);
                thread::spawn(move || serve(stream, manner, &told));
            }
        });
        Self { port, manner, asked }
    }

    /// From now on it does something else with those who connect.
    pub fn becomes(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.port)
    }

    pub fn asked(&self) -> Asked {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, manner: Manner, asked: &Mutex<Asked>) {
    match manner {
        Manner::Know(password) => answer(&mut stream, password, asked),
        Manner::Hang => wait_for_end(&mut stream),
        Manner::Inject => {
            let mut agreed = message(1, extended(result(LdapResultCode::Success)));
            agreed.extend_from_slice(&message(2, bound(result(LdapResultCode::Success))));
            drop(stream.read(&mut [0; 1024]).and_then(|_asked| stream.write_all(&agreed)));
            wait_for_end(&mut stream);
        }
        Manner::Babble => {
            drop(stream.write_all(b"220 mail.pref.example.jp ESMTP\r\n"));
            wait_for_end(&mut stream);
        }
        Manner::Drip => {
            // A message of 80 bytes that never comes to its end: each byte when the other side had time to give up.
            stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            for byte in [0x30, 0x50, 0x02, 0x01, 0x01].into_iter().chain([0x61].into_iter().cycle().take(60))
            {
                let gone = stream.write_all(&[byte]).is_err() || is_gone(&mut stream);
                if gone {
                    return;
                }
            }
        }
    }
}

fn wait_for_end(stream: &mut TcpStream) {
    while matches!(stream.read(&mut [0; 1024]), Ok(1..)) {}
}

fn is_gone(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 1024]) {
        Ok(count) => count == 0,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

fn answer(stream: &mut TcpStream, password: &str, asked: &Mutex<Asked>) {
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        received.extend_from_slice(&chunk[..count]);
        while let Ok((rest, tag)) = Parser::default().parse(&received) {
            let taken = received.len() - rest.len();
            received.drain(..taken);
            let message = LdapMsg::try_from(tag).unwrap();
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            for op in answers(message.op, password, &mut asked) {
                if stream.write_all(&self::message(message.msgid, op)).is_err() {
                    return;
                }
            }
        }
    }
}

fn message(id: i32, op: LdapOp) -> BytesMut {
    let mut out = BytesMut::new();
    encode_into(&mut out, StructureTag::from(LdapMsg::new(id, op))).unwrap();
    out
}

fn result(code: LdapResultCode) -> LdapResult {
    LdapResult { code, matcheddn: String::new(), message: String::new(), referral: Vec::new() }
}

fn bound(res: LdapResult) -> LdapOp {
    LdapOp::BindResponse(LdapBindResponse { res, saslcreds: None })
}

fn extended(res: LdapResult) -> LdapOp {
    LdapOp::ExtendedResponse(LdapExtendedResponse { res, name: None, value: None })
}

fn answers(op: LdapOp, password: &str, asked: &mut Asked) -> Vec<LdapOp> {
    match op {
        LdapOp::BindRequest(bind) => {
            let is_reader = bind.dn == READER.0;
            if !is_reader {
                asked.binds.push(bind.dn);
            }
            let said = LdapBindCred::Simple(if is_reader { READER.1 } else { password }.to_owned());
            let code =
                if bind.cred == said { LdapResultCode::Success } else { LdapResultCode::InvalidCredentials };
            vec![bound(result(code))]
        }
        LdapOp::SearchRequest(search) => {
            asked.filters.push(search.filter);
            let entry = LdapSearchResultEntry { dn: "uid=hanako,dc=jp".to_owned(), attributes: Vec::new() };
            vec![LdapOp::SearchResultEntry(entry), LdapOp::SearchResultDone(result(LdapResultCode::Success))]
        }
        _ => Vec::new(),
    }
}
