use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderMap},
    },
    web::Bytes,
};
use renraku_base::{Language, Principal};
use renraku_db::ReadTx;
use renraku_web::{Patience, RateKind, WebFault, Work, receive};

use super::{
    Address, Condition, Dav, DavFault, Need,
    headers::if_header,
    xml::{self, Name, OF_CALENDARS, Writer},
};

/// The largest body that is XML.
const XML_BYTES: usize = 1024 * 1024;
/// The largest that names members of an address book: of a large office some programs name everybody at once.
const NAMES_BYTES: usize = 4 * 1024 * 1024;
/// The largest that is read when its request was answered without it, and how long a third of it is waited for.
const UNREAD_BYTES: usize = 64 * 1024;
const UNREAD_TIME: Duration = Duration::from_secs(3);
/// What somebody who is not let in is told: the password of sign-in is not for clients that keep it.
const HINT: &str = "Sign in with your username, or your mail address, and an app password (アプリパスワード), which the phone app \
                    makes under settings; the password with which you sign in yourself is not taken here.\n";

/// How long a reading may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// No longer than a few rows take.
    Glance,
    /// As long as it takes.
    Any,
}

/// The body of a request, until it is read.
#[derive(Clone)]
pub(crate) struct Body(Rc<Cell<Payload>>);

impl From<Payload> for Body {
    fn from(payload: Payload) -> Self {
        Self(Rc::new(Cell::new(payload)))
    }
}

impl Body {
    fn take(&self) -> Payload {
        self.0.replace(Payload::None)
    }

    /// Reads a small body that nobody read: the connection of a request with an unread body is closed behind the answer, and programs
    /// that ask without a password first would connect anew each time.
    pub async fn pass_over(&self, request: &HttpRequest) {
        let mut payload = self.take();
        let patience = Patience { time: UNREAD_TIME, longer: false };
        // One that is large or slow is left, and the connection with it.
        let _left = receive(request, &mut payload, UNREAD_BYTES, patience).await;
    }
}

/// A request of somebody who is known.
pub(crate) struct Call {
    pub dav: Dav,
    pub who: Principal,
    pub address: Address,
    pub request: HttpRequest,
    body: Body,
}

impl Call {
    /// Proves who asks, by an access token or an app password, and counts the request.
    pub async fn admit(
        dav: &Dav,
        address: Address,
        request: &HttpRequest,
        body: Body,
    ) -> Result<Self, DavFault> {
        let gate = dav.gate();
        let who = match gate.basic::<DavFault>(request).await? {
            Some(who) => who,
            None => gate.bearer::<DavFault>(request)?,
        };
        gate.rates().take(&who, RateKind::Request)?;
        Ok(Self { dav: dav.clone(), who, address, request: request.clone(), body })
    }

    /// Counts the request as one that writes.
    pub fn writes(&self) -> Result<(), DavFault> {
        Ok(self.dav.gate().rates().take(&self.who, RateKind::Write)?)
    }

    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The host that the client speaks to, as it names it.
    pub fn host(&self) -> Option<&str> {
        self.headers().get(header::HOST).and_then(|host| host.to_str().ok())
    }

    /// The body, of at most `limit` bytes.
    pub async fn body(&mut self, limit: usize) -> Result<Bytes, DavFault> {
        Ok(receive(&self.request, &mut self.body.take(), limit, self.dav.patience()).await?)
    }

    /// The body, which is XML or empty.
    pub async fn xml_body(&mut self) -> Result<Bytes, DavFault> {
        self.body(XML_BYTES).await
    }

    /// The body as XML.
    pub async fn xml(&mut self) -> Result<xml::Element, DavFault> {
        Ok(xml::read(&self.xml_body().await?)?)
    }

    /// The body as XML, which may name all members of an address book.
    pub async fn xml_of_names(&mut self) -> Result<xml::Element, DavFault> {
        Ok(xml::read(&self.body(NAMES_BYTES).await?)?)
    }

    /// The body of an extended MKCOL (RFC 5689 §3). One of any other kind is not understood (RFC 4918 §9.3), and without one a plain
    /// folder is meant, of which there is none here.
    pub async fn extended_mkcol(&mut self) -> Result<xml::Element, DavFault> {
        let body = self.xml_body().await?;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(Condition::ValidResourceType.into());
        }
        let media = self.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = media.unwrap_or("application/xml").split(';').next().unwrap_or_default().trim();
        if !["application/xml", "text/xml"].iter().any(|xml| media.eq_ignore_ascii_case(xml)) {
            return Err(DavFault::UnsupportedType);
        }
        let root = xml::read(&body)?;
        if root.name == Name::dav("mkcol") { Ok(root) } else { Err(DavFault::UnsupportedType) }
    }

    /// Reads on one snapshot, off the event loop.
    pub async fn read<T, F>(&self, work: F) -> Result<T, DavFault>
    where
        F: FnOnce(&mut ReadTx<'_>) -> Result<T, DavFault> + Send + 'static,
        T: Send + 'static,
    {
        let db = self.dav.gate().db().clone();
        let kind = if self.request.method().as_str() == "REPORT" { Work::Report } else { Work::Short };
        self.dav.gate().of(kind).blocking(move || db.read(work)).await
    }

    /// Reads a few rows on one snapshot.
    pub async fn glance<T, F>(&self, work: F) -> Result<T, DavFault>
    where
        F: FnOnce(&mut ReadTx<'_>) -> Result<T, DavFault> + Send + 'static,
        T: Send + 'static,
    {
        self.dav.gate().read(work).await
    }

    /// Reads at a glance what is said to be little, and off the event loop what is more: `work` is told which it is, and gives
    /// `None` for more than a glance.
    pub async fn glance_or_read<T, F>(&self, work: F) -> Result<T, DavFault>
    where
        F: Fn(&mut ReadTx<'_>, Haste) -> Result<Option<T>, DavFault> + Send + Sync + 'static,
        T: Send + 'static,
    {
        let work = Arc::new(work);
        let at_once = Arc::clone(&work);
        if let Some(found) = self.glance(move |tx| at_once(tx, Haste::Glance)).await? {
            return Ok(found);
        }
        let found = self.read(move |tx| work(tx, Haste::Any)).await?;
        found.ok_or_else(|| renraku_db::Error::damaged("a reading without haste gave up").into())
    }

    /// Writes in one transaction, in the states alone of which an `If` header speaks.
    pub async fn write<T, F>(&self, mut work: F) -> Result<T, DavFault>
    where
        F: FnMut(&mut renraku_db::Tx<'_>) -> Result<T, DavFault> + Send + 'static,
        T: Send + 'static,
    {
        let db = self.dav.gate().db().clone();
        let Some(states) = if_header(self.headers())? else {
            return self.dav.gate().blocking(move || db.write(work)).await;
        };
        let (dav, who) = (self.dav.clone(), self.who.clone());
        let (here, host) = (self.address.clone(), self.host().map(str::to_owned));
        let work = move |tx: &mut renraku_db::Tx<'_>| match states.holds(
            tx,
            (&who, dav.token_key()),
            (&here, host.as_deref()),
        )? {
            true => work(tx),
            false => Err(DavFault::Stale),
        };
        self.dav.gate().blocking(move || db.write(work)).await
    }
}

/// A refusal as an answer: its status, and the element of the condition that is not met; `need` is what the method needs at its path.
pub(crate) fn refuse(
    (dav, request): (&Dav, &HttpRequest),
    fault: &DavFault,
    allow: &str,
    need: Option<&Need>,
) -> HttpResponse {
    let (told, headers) = (fault.told(), request.headers());
    let status = told.status_to(request.method().as_str());
    let (language, reason) = match fault.in_language_of(dav, headers) {
        Some((language, said)) => (language, Some(said)),
        None => (Language::En, fault.reason()),
    };
    let mut response = HttpResponse::build(status);
    match status {
        StatusCode::UNAUTHORIZED => {
            response.append_header((header::WWW_AUTHENTICATE, "Basic realm=\"Renraku\", charset=\"UTF-8\""));
            response.append_header((header::WWW_AUTHENTICATE, "Bearer"));
            return response.insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body(HINT);
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            response.insert_header((header::ALLOW, allow));
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            let wait_s = match fault {
                DavFault::Web(WebFault::TooManyRequests { retry_after_s }) => *retry_after_s,
                _ => dav.gate().come_back_s(),
            };
            response.insert_header((header::RETRY_AFTER, wait_s));
        }
        StatusCode::INTERNAL_SERVER_ERROR => tell_cause(fault),
        _ => {}
    }
    let of_server = matches!(fault, DavFault::OtherServer);
    if told.condition.is_none() && !of_server {
        response.insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"));
        if told.status.is_server_error() {
            return response.finish();
        }
        response.insert_header((header::CONTENT_LANGUAGE, language.tag()));
        return response.body(format!("{}\n", reason.unwrap_or_else(|| fault.to_string())));
    }
    let error = Name::dav("error");
    let mut xml = Writer::root_of(told.condition.map_or(OF_CALENDARS, Condition::prefixes), &error);
    if let Some(condition) = told.condition {
        write_condition(condition, fault, need, &mut xml);
    }
    if let Some(reason) = reason {
        response.insert_header((header::CONTENT_LANGUAGE, language.tag()));
        xml.leaf(&Name::dav("responsedescription"), &reason);
    }
    response.insert_header((header::CONTENT_TYPE, "application/xml; charset=utf-8")).body(xml.finish(&error))
}

/// The element of a condition that is not met, with what is known of it.
fn write_condition(condition: Condition, fault: &DavFault, need: Option<&Need>, xml: &mut Writer) {
    let need = match fault {
        DavFault::Lacks { need, .. } => Some(need),
        _ => need,
    };
    match (fault, need.filter(|_| condition == Condition::NeedPrivileges)) {
        (_, Some(need)) => need.write(&condition.element(), xml),
        (DavFault::UidInUse(href) | DavFault::CardUidInUse(href) | DavFault::UidElsewhere(Some(href)), _) => {
            xml.href_in(&condition.element(), href);
        }
        _ => xml.empty(&condition.element()),
    }
}

/// Writes the chain of causes into the log, once; none of it is sent.
pub(crate) fn tell_cause(fault: &DavFault) {
    let mut causes = fault.to_string();
    let mut cause = std::error::Error::source(fault);
    while let Some(error) = cause {
        causes.push_str(": ");
        causes.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!(cause = causes, "a request of a calendar client failed");
}
