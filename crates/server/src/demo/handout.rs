use std::{
    fs::{self, OpenOptions},
    io::Write,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::Context;
use renraku_base::Principal;
use renraku_db::Db;
use renraku_people::{
    ServerSecret,
    account::{self, NewAppPassword, Username},
};
use renraku_schedule::service as schedule;
use serde::{Deserialize, Serialize};

use super::{BASE_DN, people::USERS};

/// The file of the handout, in the folder of the office.
pub const FILE: &str = "demo.json";
const PLAIN_ROOM: &str = "第1会議室";

/// What may be relied on of a demo office.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Handout {
    base_url: String,
    users: Vec<User>,
    ldap: Option<LdapAddress>,
    dav: Option<DavAddresses>,
    facilities: Vec<Named>,
}

/// What is typed into a desk phone or an address book.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LdapAddress {
    url: String,
    base_dn: String,
    bind_dn: String,
    password: String,
}

/// What a person types into a calendar or contacts client.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DavAddresses {
    caldav_url: String,
    carddav_url: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    username: String,
    password: String,
    person_id: String,
    app_password: String,
    calendar_id: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Named {
    id: String,
    name: String,
}

/// Writes `demo.json`. App passwords, which the server tells only once, are taken from the file of an earlier start.
pub fn write(
    folder: &Path,
    addr: SocketAddr,
    ldap: Option<SocketAddr>,
    db: &Db,
    secret: &ServerSecret,
) -> anyhow::Result<Handout> {
    let file = folder.join(FILE);
    let former = read(&file).map_or_else(Vec::new, |handout| handout.users);
    let mut users = Vec::with_capacity(USERS.len());
    for user in &USERS {
        let username: Username =
            user.username.parse().map_err(|_bad| anyhow::anyhow!("a user has a bad name"))?;
        let person = db.read(|tx| account::find_account(tx, &username))?.person_id;
        let who = Principal::person(person);
        let known = former.iter().find(|known| known.username == user.username);
        let app_password = match known {
            Some(known) => known.app_password.clone(),
            None => {
                let wish = NewAppPassword { id: None, name: "demo.json".to_owned(), device_id: None };
                db.write(|tx| account::create_app_password(tx, secret, &who, &wish))?.into_inner().password
            }
        };
        let calendars = db.read(|tx| schedule::list_calendars(tx, &who))?;
        users.push(User {
            username: user.username.to_owned(),
            password: user.password.to_owned(),
            app_password,
            calendar_id: calendars.first().map(|calendar| calendar.id.to_string()).unwrap_or_default(),
            person_id: who.person.into_string(),
        });
    }
    let ldap = ldap.zip(users.first()).map(|(addr, user)| LdapAddress::new(addr, user));
    let handout = Handout {
        base_url: format!("http://{addr}"),
        users,
        ldap,
        dav: Some(DavAddresses {
            caldav_url: format!("http://{addr}/dav/"),
            carddav_url: format!("http://{addr}/dav/"),
        }),
        facilities: facilities(db)?,
    };
    // Never seen half written.
    let draft = folder.join(format!(".{FILE}"));
    let text = serde_json::to_string_pretty(&handout)? + "\n";
    // It has passwords in it.
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(&draft).and_then(|mut draft| draft.write_all(text.as_bytes()));
    written
        .and_then(|()| fs::rename(&draft, &file))
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(handout)
}

/// Whether the handout can be written without losing a file of somebody else.
pub fn is_free(folder: &Path) -> bool {
    let file = folder.join(FILE);
    !file.exists() || read(&file).is_some()
}

fn read(file: &Path) -> Option<Handout> {
    serde_json::from_str(&fs::read_to_string(file).ok()?).ok()
}

/// All facilities, the plain room that everyone may book at any hour first.
fn facilities(db: &Db) -> anyhow::Result<Vec<Named>> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let wanted = schedule::FacilitySearch { cursor, ..schedule::FacilitySearch::default() };
        let page = db.read(|tx| schedule::list_facilities(tx, &wanted))?;
        all.extend(
            page.items.into_iter().map(|facility| Named { id: facility.id.to_string(), name: facility.name }),
        );
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    all.sort_by_key(|facility| facility.name != PLAIN_ROOM);
    Ok(all)
}

impl LdapAddress {
    fn new(addr: SocketAddr, user: &User) -> Self {
        Self {
            url: format!("ldap://{addr}"),
            base_dn: BASE_DN.to_owned(),
            bind_dn: format!("uid={},ou=people,{BASE_DN}", user.username),
            password: user.app_password.clone(),
        }
    }
}

impl Handout {
    /// What a stranger reads first.
    pub fn welcome(&self) -> String {
        let base = &self.base_url;
        let users: String =
            self.users.iter().map(|user| format!("  {:<10} {}\n", user.username, user.password)).collect();
        let ldap = self.ldap.as_ref().map_or_else(String::new, |ldap| {
            format!(
                "  {}  電話機・アドレス帳用 LDAP ({})。接続情報は demo.json (for desk phones and address books; see demo.json)\n",
                ldap.url, ldap.base_dn
            )
        });
        let firm = self.ldap.as_ref().map_or_else(String::new, |ldap| {
            format!(
                "\n取引先を LDAP で探すには (a business partner by LDAP; ldap-utils):\n\nldapsearch -x -LLL -H {} -D '{}' -w '{}' -b 'ou=contacts,{}' '(cn=*sato*)' cn o telephoneNumber\n",
                ldap.url, ldap.bind_dn, ldap.password, ldap.base_dn
            )
        });
        let room = self.facilities.first().map_or("", |facility| facility.id.as_str());
        format!(
            r#"デモ庁舎が開きました。 The demo office is open: {base}

  {base}/docs          API を見て試す (browse and try every request)
  {base}/openapi.json  OpenAPI 3.1
  {base}/dav/          カレンダーと連絡先のアプリ用（CalDAV・CardDAV）。パスワードは demo.json の appPassword (for calendar and contacts apps, with an appPassword of demo.json)
{ldap}
ユーザーとパスワード (users and passwords; also in demo.json):
{users}
次の行を別の端末に貼り付けてください。サインイン、一週間の予定、読みで探す職員、メール、会議室の順です。
(Paste these lines into another terminal: sign-in, a week's schedule, colleagues by reading, mail, a room.)

TOKEN=$(curl -s {base}/api/v1/auth/login -H 'Content-Type: application/json' -d '{{"username":"hanako","password":"hanako-renraku","device":{{"name":"laptop","platform":"curl"}}}}' | grep -o '"accessToken":"[^"]*"' | cut -d'"' -f4)
curl -s -w '\n' "{base}/api/v1/occurrences?from=$(date -u +%Y-%m-%dT00:00:00Z)&to=$(date -u -d '+7 days' +%Y-%m-%dT00:00:00Z)" -H "Authorization: Bearer $TOKEN"
curl -s -w '\n' "{base}/api/v1/directory/people?q=takahasi" -H "Authorization: Bearer $TOKEN"
curl -s -w '\n' "{base}/api/v1/mail/messages?limit=5" -H "Authorization: Bearer $TOKEN"
curl -s -w '\n' {base}/api/v1/facilities/{room} -H "Authorization: Bearer $TOKEN"
{firm}
Ctrl-C で終了します (Ctrl-C ends it; what you did is kept).
"#
        )
    }
}
