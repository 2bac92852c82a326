use std::sync::Arc;

use ldap3_proto::proto::{LdapBindCred, LdapBindRequest, LdapBindResponse, LdapOp, LdapResultCode};
use renraku_people::directory::service;

use super::answer::result;
use crate::{
    entries::Place,
    fault::LdapFault,
    listener::Shared,
    session::{Bound, Session, Who},
};

const VERSION: i64 = 3;

/// Proves who asks: a person by their name in the tree, their username or their mail address, with an app password. Whatever
/// comes of it, the client is nobody before it (RFC 4513 §4).
pub(crate) async fn bind(
    shared: &Arc<Shared>,
    session: &mut Session,
    wish: LdapBindRequest,
) -> Result<LdapOp, LdapFault> {
    session.who = Who::Nobody;
    if wish.version != VERSION {
        return Err(LdapFault::Refused(LdapResultCode::ProtocolError, "only version 3 is spoken"));
    }
    let LdapBindCred::Simple(password) = wish.cred else {
        return Err(LdapFault::Refused(
            LdapResultCode::AuthMethodNotSupported,
            "only simple binds are taken",
        ));
    };
    match (wish.dn.is_empty(), password.is_empty()) {
        (_, false) => {}
        (true, true) if shared.settings.anonymous => return Ok(success()),
        (true, true) => {
            let text = "anonymous clients are not let in";
            return Err(LdapFault::Refused(LdapResultCode::InappropriateAuthentication, text));
        }
        // A name without a password would pass for success in clients that check passwords by it (RFC 4513 §5.1.2).
        (false, true) => {
            return Err(LdapFault::Refused(LdapResultCode::UnwillingToPerform, "a password is needed"));
        }
    }
    if shared.settings.tls_required && !session.tls {
        let text = "passwords are taken over TLS alone";
        return Err(LdapFault::Refused(LdapResultCode::ConfidentialityRequired, text));
    }
    let refused =
        || LdapFault::Refused(LdapResultCode::InvalidCredentials, "this is no app password of that user");
    let username = username(shared, &wish.dn).await?.ok_or_else(refused)?;
    let asked = shared.gate.app_password::<LdapFault>(username.clone(), password.clone());
    let principal = asked.await?.ok_or_else(refused)?;
    session.who = Who::Person(Bound::new(principal, username, password));
    Ok(success())
}

fn success() -> LdapOp {
    LdapOp::BindResponse(LdapBindResponse { res: result(LdapResultCode::Success, ""), saslcreds: None })
}

/// The username that a client means: by a name in the tree, by mail address, `DOMAIN\user`, or as it is.
async fn username(shared: &Arc<Shared>, name: &str) -> Result<Option<String>, LdapFault> {
    if name.contains('=') {
        let place = name.parse().ok().and_then(|name| Place::find(&name, &shared.settings.base).ok());
        return Ok(match place {
            Some(Place::Person(uid)) => Some(uid),
            _ => None,
        });
    }
    if name.contains('@') {
        let (address, directory) = (name.to_lowercase(), shared.directory.clone());
        return shared
            .gate
            .read(move |tx| {
                let found = service::find_by_email(tx, &[&address])?;
                let Some(person) = found.get(&address) else { return Ok::<_, LdapFault>(None) };
                Ok(service::username(tx, &directory, person)?)
            })
            .await;
    }
    let user = name.rsplit('\\').next().unwrap_or(name);
    Ok(Some(user.to_lowercase()))
}
