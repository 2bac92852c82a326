//! The phone book of desk phones that read XML over HTTP and not LDAP: Yealink, Snom, Cisco.

use actix_web::{HttpRequest, HttpResponse, get, http::header};
use quick_xml::escape::escape;
use renraku_base::{Cursor, Fault, FieldFault, Kind, Limit, Principal};
use renraku_contacts::{
    model::{KnownMembers, Name, Phone},
    service::{self as contacts, ContactFilter},
};
use renraku_db::ReadTx;
use renraku_people::{
    directory::{
        PersonJson,
        service::{self, PeopleSearch},
    },
    search::written_numbers,
};
use serde::{Deserialize, Serialize};
use utoipa::IntoResponses;

use crate::{
    ProblemBody,
    core::{App, Problem, Query, RateKind, RestFault, Work, cursor},
};

/// As many entries as each of these phones takes at once.
const ENTRIES: u16 = 32;
/// Preferred less than anything that is preferred at all (RFC 9553 §1.5.4).
const LAST: u8 = 101;
/// The form of Cisco.
const CISCO: &str = "CiscoIPPhoneDirectory";
/// Who is asked for a password.
const CHALLENGE: &str = "Basic realm=\"Renraku\", charset=\"UTF-8\"";

/// Which page of whom.
#[derive(Debug, Default, Deserialize, Serialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PhonebookQuery {
    /// What was typed; everyone when nothing was.
    #[param(max_length = 64)]
    q: Option<String>,
    /// Where a page of people begins: as the soft key `Next` of the page before says it.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    people: Option<Cursor>,
    /// Where a page of contacts begins that has no people before them, as the soft key says it; empty at the first.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    contacts: Option<Cursor>,
}

/// One page.
struct Page {
    entries: Vec<Entry>,
    /// By what the next page is asked for.
    next: Option<PhonebookQuery>,
}

/// Somebody with their numbers: of staff the extension first, of contacts what is preferred.
struct Entry {
    name: String,
    numbers: Vec<String>,
}

/// How a phone is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum PhonebookRefusals {
    /// The query cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemBody),
    /// No username with one of its app passwords; without a body, `WWW-Authenticate` asks for Basic.
    #[response(status = 401)]
    Unauthenticated,
    /// There is no such form.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// `Accept-Encoding` rules every coding out, the plain answer included.
    #[response(status = 406, content_type = "application/problem+json")]
    NotAcceptable(ProblemBody),
    /// The address is longer than is taken.
    #[response(status = 414, content_type = "application/problem+json")]
    AddressTooLong(ProblemBody),
    /// `q` is too long.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
    /// More often than is taken; see `Retry-After`.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemBody),
    /// A fault of the server; `requestId` names the request in its log.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(ProblemBody),
    /// Not now; see `Retry-After`.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// The people and then the contacts whom the words fit, for whoever sends a username and an app password as Basic.
///
/// One page of at most 32, written as phones of the form read it (docs/DESK-PHONES.md).
#[utoipa::path(
    tag = "phonebook",
    security(("basic" = [])),
    params(("form" = String, Path, description = "The maker of the phone.", pattern = "^(yealink|snom|cisco)$"), PhonebookQuery),
    responses((status = 200, body = String, content_type = "text/xml"), PhonebookRefusals)
)]
#[get("/phonebook/{form}.xml")]
pub(crate) async fn phonebook(
    app: App,
    request: HttpRequest,
    query: Query<PhonebookQuery>,
) -> Result<HttpResponse, Problem> {
    let root = match request.match_info().query("form") {
        "yealink" => "YealinkIPPhoneDirectory",
        "snom" => "SnomIPPhoneDirectory",
        "cisco" => CISCO,
        _ => return Err(RestFault::NotFound.into()),
    };
    let who = match app.gate().basic::<Problem>(&request).await {
        Ok(Some(who)) => who,
        Err(refused) if refused.fault().kind() != Kind::Unauthenticated => return Err(refused),
        Ok(None) | Err(_) => {
            let mut refused = HttpResponse::Unauthorized();
            return Ok(refused.insert_header((header::WWW_AUTHENTICATE, CHALLENGE)).finish());
        }
    };
    app.rates().take(&who, RateKind::Request)?;
    app.rates().take(&who, RateKind::Search)?;
    let query = query.0;
    let page = app.of_work(Work::Search).read_with(move |app, tx| find(app, tx, &who, query)).await?;
    let next = page.next.as_ref().and_then(|next| {
        let here = request.connection_info();
        let query = serde_urlencoded::to_string(next).ok()?;
        Some(format!("{}://{}{}?{query}", here.scheme(), here.host(), request.path()))
    });
    let one_number = root != "YealinkIPPhoneDirectory";
    Ok(HttpResponse::Ok()
        .content_type("text/xml; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(written(root, &page.entries, one_number, next.as_deref())))
}

fn find(app: &App, tx: &mut ReadTx<'_>, who: &Principal, query: PhonebookQuery) -> Result<Page, Problem> {
    let PhonebookQuery { q, people, contacts } = query;
    let mut page = Page { entries: Vec::new(), next: None };
    let mut room = ENTRIES;
    if contacts.is_none() {
        let limit = Limit::new(room).unwrap_or_default();
        let search = PeopleSearch { q: q.clone(), limit, cursor: people, ..PeopleSearch::default() };
        let found = service::search_people(tx, app.directory(), who, &search)
            .map_err(|refused| as_called(refused, "people"))?;
        room -= u16::try_from(found.items.len()).unwrap_or(room).min(room);
        page.entries.extend(found.items.iter().filter_map(|person| of_person(person)));
        let begin = (room == 0).then(|| Cursor::received(""));
        let contacts = if found.next_cursor.is_some() { None } else { begin };
        let next = PhonebookQuery { q: q.clone(), people: found.next_cursor, contacts };
        page.next = (next.people.is_some() || next.contacts.is_some()).then_some(next);
    }
    if let (None, Some(limit)) = (&page.next, Limit::new(room)) {
        let after = contacts.filter(|cursor| *cursor != Cursor::received(""));
        let filter = ContactFilter { q: q.clone(), ..ContactFilter::default() };
        let found = contacts::list_contacts(tx, who, &filter, after.as_ref(), limit)
            .map_err(|refused| as_called(refused, "contacts"))?;
        page.entries.extend(found.items.iter().filter_map(|contact| of_contact(&contact.card.known())));
        page.next =
            found.next_cursor.map(|cursor| PhonebookQuery { q, people: None, contacts: Some(cursor) });
    }
    Ok(page)
}

/// What is wrong with a cursor, at the parameter that it came by.
fn as_called(refused: impl Fault, parameter: &str) -> Problem {
    match refused.fields().into_iter().find(|field| field.pointer == "cursor") {
        Some(field) => RestFault::BadQuery(FieldFault { pointer: parameter.to_owned(), ..field }).into(),
        None => refused.into(),
    }
}

/// What of a person is shown; `None` for one who cannot be called.
fn of_person(person: &PersonJson) -> Option<Entry> {
    #[derive(Deserialize)]
    struct Shown {
        name: Called,
        unit: Option<Called>,
        phones: Vec<Number>,
    }
    #[derive(Deserialize)]
    struct Called {
        #[serde(alias = "full")]
        name: String,
    }
    #[derive(Deserialize)]
    struct Number {
        number: String,
        kind: String,
    }
    let mut shown: Shown = serde_json::from_str(person.as_str()).ok()?;
    shown.phones.sort_by_key(|phone| phone.kind != "extension");
    let numbers = shown.phones.into_iter().map(|phone| phone.number).collect();
    entry(&shown.name.name, shown.unit.as_ref().map(|unit| unit.name.as_str()), numbers)
}

/// The same of a contact.
fn of_contact(card: &KnownMembers) -> Option<Entry> {
    let firm = card.organizations.values().find_map(|firm| firm.name.as_deref());
    let name = card.name.as_ref().map(Name::whole).filter(|name| !name.trim().is_empty());
    let is_fax = |phone: &&Phone| phone.features.contains_key("fax") && !phone.features.contains_key("voice");
    let mut phones: Vec<&Phone> = card.phones.values().filter(|phone| !is_fax(phone)).collect();
    phones.sort_by_key(|phone| phone.pref.unwrap_or(LAST));
    let numbers = phones.into_iter().flat_map(|phone| written_numbers(phone.plain_number())).collect();
    match name {
        Some(name) => entry(&name, firm, numbers),
        None => entry(firm?, None, numbers),
    }
}

fn entry(name: &str, place: Option<&str>, numbers: Vec<String>) -> Option<Entry> {
    let name = place.map_or_else(|| name.to_owned(), |place| format!("{name} / {place}"));
    (!numbers.is_empty()).then_some(Entry { name, numbers })
}

fn written(root: &str, entries: &[Entry], one_number: bool, next: Option<&str>) -> String {
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}>\n");
    if root == CISCO {
        xml.push_str("<Title>電話帳</Title>\n<Prompt>相手を選んでください</Prompt>\n");
    }
    for entry in entries {
        let numbers = entry.numbers.iter().take(if one_number { 1 } else { usize::MAX });
        let numbers: String =
            numbers.map(|number| format!("<Telephone>{}</Telephone>", in_xml(number))).collect();
        let name = in_xml(&entry.name);
        xml.push_str(&format!("<DirectoryEntry><Name>{name}</Name>{numbers}</DirectoryEntry>\n"));
    }
    if let Some(url) = next.filter(|_| one_number) {
        let url = in_xml(url);
        // A key of ours takes away those that a Cisco has by itself.
        let keys = [
            ("Dial", "SoftKey:Dial"),
            ("EditDial", "SoftKey:EditDial"),
            ("Next", &url),
            ("Exit", "SoftKey:Exit"),
        ];
        let keys = (1..).zip(keys).filter(|(_, (name, _))| root == CISCO || *name == "Next");
        for (position, (name, url)) in keys {
            xml.push_str(&format!(
                "<SoftKeyItem><Name>{name}</Name><URL>{url}</URL><Position>{position}</Position></SoftKeyItem>\n"
            ));
        }
    }
    format!("{xml}</{root}>\n")
}

/// A text as it stands in XML; what XML cannot say is left out.
fn in_xml(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    escape(kept.collect::<String>()).into_owned()
}
