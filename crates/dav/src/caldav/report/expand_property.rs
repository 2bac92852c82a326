//! What a property names, with properties of its own in the same answer (RFC 3253 §3.8).

use actix_web::HttpResponse;
use renraku_base::Principal;
use renraku_db::{ReadTx, meta};
use renraku_notify::inbox;
use renraku_schedule::service::{is_delegate, list_delegators, objects};

use crate::{
    caldav::{
        principal,
        property::{Context, Resource, asks_for_delegators},
    },
    core::{
        ANSWER_BYTES, Address, Call, Condition, DavFault, Multistatus, NAMES, Wanted, minimal, response,
        xml::{self, Element, Name, OF_CALENDARS, Writer},
    },
};

/// The most resources that one answer goes into.
const RESOURCES: usize = 500;

/// A property, and what is wanted of what it names.
struct Expansion {
    name: Name,
    within: Vec<Expansion>,
}

impl Expansion {
    fn read_all(element: &Element) -> Result<Vec<Self>, DavFault> {
        let property = Name::dav("property");
        if element.children.len() > NAMES {
            return Err(DavFault::BadRequest("at most 500 properties are named in one request"));
        }
        let one = |element: &Element| {
            let local = element.attribute("name").ok_or(DavFault::BadRequest("a property has no name"))?;
            let namespace = element.attribute("namespace").unwrap_or("DAV:");
            let name = Name::sent(namespace, local);
            Ok(Self { name, within: Self::read_all(element)? })
        };
        element.children_of(&property).map(one).collect()
    }

    fn asks_for_delegators(&self) -> bool {
        [true, false].iter().any(|own| asks_for_delegators(*own, [&self.name]))
            || self.within.iter().any(Self::asks_for_delegators)
    }
}

/// `DAV:expand-property`.
pub(super) async fn answer(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    let wanted = Expansion::read_all(&report)?;
    let minimal = minimal(call.headers());
    let (who, dav, address) = (call.who.clone(), call.dav.clone(), call.address.clone());
    call.read(move |tx| {
        let epoch = meta::epoch(tx)?;
        let delegators = match wanted.iter().any(Expansion::asks_for_delegators) {
            true => list_delegators(tx, &who)?,
            false => Vec::new(),
        };
        let context = Context { delegators: &delegators, ..Context::of(&dav, &who, epoch) };
        let mut expander = Expander { context, minimal, left: RESOURCES };
        let written = expander.properties(tx, &address, &wanted)?.ok_or(DavFault::NotFound)?;
        let mut answer = Multistatus::new(minimal);
        let names: Vec<Name> = wanted.iter().map(|it| it.name.clone()).collect();
        answer.resource(&address.to_string(), &Wanted::Named(names.clone()), &names, |name, out| {
            put(&written, name, out)
        })?;
        Ok(answer)
    })
    .await
    .map(Multistatus::finish)
}

type Written = Vec<(Name, Option<String>)>;

fn put(written: &Written, name: &Name, out: &mut Writer) -> bool {
    let value = written.iter().find(|(it, _)| it == name).and_then(|(_, value)| value.as_ref());
    value.inspect(|value| out.raw(value)).is_some()
}

struct Expander<'a> {
    context: Context<'a>,
    minimal: bool,
    /// How many more resources are gone into.
    left: usize,
}

impl Expander<'_> {
    /// The properties of a resource, as they are written; `None` for a resource that is not there, or of which none are told.
    fn properties(
        &mut self,
        tx: &mut ReadTx<'_>,
        address: &Address,
        wanted: &[Expansion],
    ) -> Result<Option<Written>, DavFault> {
        let context = self.context;
        let write = |resource: Resource<'_>| -> Written {
            let one = |name: &Name| {
                let mut out = Writer::piece_of(OF_CALENDARS);
                resource.write(name, &context, &mut out).then(|| out.into_piece())
            };
            wanted.iter().map(|it| (it.name.clone(), one(&it.name))).collect()
        };
        let Some(mut written) = with_resource(tx, context.who, address, write)? else { return Ok(None) };
        for ((name, value), expansion) in written.iter_mut().zip(wanted) {
            if let Some(value) = value.as_mut().filter(|_| !expansion.within.is_empty()) {
                *value = self.expand(tx, name, value, &expansion.within)?;
            }
        }
        Ok(Some(written))
    }

    /// A property with the resources that it names instead of their addresses.
    fn expand(
        &mut self,
        tx: &mut ReadTx<'_>,
        name: &Name,
        value: &str,
        wanted: &[Expansion],
    ) -> Result<String, DavFault> {
        let around = Name::dav("prop");
        let mut document = Writer::root(&around);
        document.raw(value);
        let document = xml::read(document.finish(&around).as_bytes())?;
        let href = Name::dav("href");
        let hrefs = document.children.iter().flat_map(|property| property.children_of(&href));
        let names: Vec<Name> = wanted.iter().map(|it| it.name.clone()).collect();
        let mut out = Writer::piece_of(OF_CALENDARS);
        out.open(name);
        for named in hrefs {
            if out.len() > ANSWER_BYTES {
                return Err(Condition::NumberOfMatchesWithinLimits.into());
            }
            let address = Address::parse(&named.text).filter(|_| self.left > 0);
            self.left = self.left.saturating_sub(1);
            let written = match &address {
                Some(address) => self.properties(tx, address, wanted)?.map(|it| (address, it)),
                None => None,
            };
            match written {
                Some((address, written)) => {
                    let mut write = |name: &Name, out: &mut Writer| put(&written, name, out);
                    response(
                        &mut out,
                        self.minimal,
                        &address.to_string(),
                        &Wanted::Named(names.clone()),
                        &names,
                        &mut write,
                    );
                }
                None => out.leaf(&href, &named.text),
            }
        }
        out.close(name);
        Ok(out.into_piece())
    }
}

/// Does something with the resource of an address, if it is one that properties name.
fn with_resource<T>(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    address: &Address,
    run: impl FnOnce(Resource<'_>) -> T,
) -> Result<Option<T>, DavFault> {
    let me = who.person.as_str();
    if let Some(person) = address.person().filter(|person| *person != me)
        && !(address.is_open_to_delegates() && is_delegate(tx, who, person)?)
    {
        return Ok(None);
    }
    let found = |found: Result<T, DavFault>| match found {
        Ok(written) => Ok(Some(written)),
        Err(DavFault::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    };
    Ok(Some(match address {
        Address::Principal(id) => {
            return found(principal::find(tx, who, id).map(|it| run(Resource::Principal(&it))));
        }
        Address::Proxies { person, writes } => {
            let group = principal::find_proxies(tx, who, person, *writes);
            return found(group.map(|it| run(Resource::Proxies(&it))));
        }
        Address::Principals => run(Resource::Principals),
        Address::Home(person) => run(Resource::Home(&principal::find(tx, who, person)?)),
        Address::Inbox(_) => run(Resource::Inbox(inbox::head(tx, who)?)),
        Address::Outbox(_) => run(Resource::Outbox),
        Address::Calendar { person, segment } => {
            let mut calendar = objects::find_calendar_with_properties(tx, who, person, segment)?;
            objects::name_owners(tx, std::slice::from_mut(&mut calendar))?;
            run(Resource::Calendar(&calendar))
        }
        Address::Root
        | Address::Homes
        | Address::Object { .. }
        | Address::Message { .. }
        | Address::Contacts(_) => return Ok(None),
    }))
}
