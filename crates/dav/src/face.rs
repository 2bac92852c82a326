//! The way in: who asks, and which of the two answers.

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload,
    http::{Method, header},
    web,
};

use renraku_schedule::service::is_delegate;

use crate::{
    caldav, carddav,
    core::{Address, Body, Call, Condition, Dav, DavFault, Need, ROOT, allow, options, refuse},
    push::Hush,
};

/// Leads a client to where discovery begins (RFC 6764 §5).
pub(crate) async fn discover(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    Body::from(payload.into_inner()).pass_over(&request).await;
    HttpResponse::MovedPermanently().insert_header((header::LOCATION, ROOT)).finish()
}

/// Answers everything below `/dav`.
pub(crate) async fn serve(request: &HttpRequest, payload: Payload) -> HttpResponse {
    let Some(dav) = request.app_data::<web::Data<Dav>>() else {
        return HttpResponse::InternalServerError().finish();
    };
    let address = Address::parse(request.uri().path());
    let allow = address.as_ref().map(allow).unwrap_or_default();
    let need = address.as_ref().map(|address| Need::of(request.method().as_str(), address));
    let body = Body::from(payload);
    let answer = match address {
        Some(address) => answer(dav, address, request, body.clone()).await,
        None if makes(request.method().as_str()) && Address::is_misnamed(request.uri().path()) => {
            Err(Condition::NameAllowed.into())
        }
        None => Err(DavFault::NotFound),
    };
    body.pass_over(request).await;
    answer.unwrap_or_else(|fault| refuse((dav, request), &fault, allow, need.as_ref()))
}

/// Whether a method makes what is not there yet, under a name that the client chooses.
fn makes(method: &str) -> bool {
    ["PUT", "MKCALENDAR", "MKCOL"].contains(&method)
}

async fn answer(
    dav: &Dav,
    address: Address,
    request: &HttpRequest,
    body: Body,
) -> Result<HttpResponse, DavFault> {
    if request.method() == Method::OPTIONS {
        return Ok(options(&address));
    }
    let call = Call::admit(dav, address, request, body).await?;
    if call.address.person().is_some_and(|person| person != call.who.person.as_str()) {
        admit_to_home_of_another(&call).await?;
    }
    let hush = Hush::of(&call);
    let answer = match call.address.clone() {
        Address::Contacts(place) => carddav::answer(call, place).await,
        _ => caldav::answer(call).await,
    };
    if let (Some(hush), Ok(answer)) = (hush, &answer)
        && answer.status().is_success()
    {
        hush.keep().await?;
    }
    answer
}

/// The calendars in somebody's home are there for that person and their delegates, the rest of it for that person alone. For
/// everybody else a home is not there, like one of nobody.
async fn admit_to_home_of_another(call: &Call) -> Result<(), DavFault> {
    let person = call.address.person().filter(|_| call.address.is_open_to_delegates());
    let (who, person) = (call.who.clone(), person.ok_or(DavFault::NotFound)?.to_owned());
    match call.glance(move |tx| Ok(is_delegate(tx, &who, &person)?)).await? {
        true => Ok(()),
        false => Err(DavFault::NotFound),
    }
}
