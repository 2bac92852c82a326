//! The phone book as XML, for desk phones that know no LDAP.

use base64::{Engine, engine::general_purpose::STANDARD};
use renraku_base::Entropy;
use renraku_people::directory::{PersonEntry, PersonName, Phone, PhoneKind, service as directory};
use serde_json::json;

use crate::harness::{Answer, Staff, TestServer, on_each_backend};

fn person(server: &TestServer, full: &str, phonetic: &str, extension: &str) -> PersonEntry {
    let phone = |number: &str, kind| Phone { number: number.to_owned(), kind };
    let entry = PersonEntry {
        id: Entropy.new_id(server.db().now()),
        name: PersonName { full: full.to_owned(), phonetic: phonetic.to_owned() },
        posts: Vec::new(),
        phones: vec![
            phone(&format!("0155-26-{extension}"), PhoneKind::Outside),
            phone(extension, PhoneKind::Extension),
        ],
        emails: Vec::new(),
        staff_number: None,
    };
    server.db().write(|tx| directory::put_person(tx, &entry)).unwrap();
    entry
}

/// A phone with an app password of somebody.
struct Desk<'s> {
    server: &'s TestServer,
    basic: String,
}

impl<'s> Desk<'s> {
    fn of(server: &'s TestServer, owner: &Staff) -> Self {
        let made = owner.post("me/app-passwords", &json!({"name": "電話機"})).expect(201).json();
        let pair = format!("{}:{}", owner.username, made["password"].as_str().unwrap());
        Self { server, basic: format!("Basic {}", STANDARD.encode(pair)) }
    }

    fn get(&self, path: &str) -> Answer {
        self.server.anonymous().ask("GET", path).header("authorization", &self.basic).send()
    }

    /// The names and numbers of a page, and where the next one is.
    fn page(&self, path: &str) -> (Vec<String>, Option<String>) {
        let text = self.get(path).expect(200).text();
        let entries = text.lines().filter_map(|line| line.strip_prefix("<DirectoryEntry><Name>"));
        let entries = entries.map(|line| {
            let line = line.strip_suffix("</Telephone></DirectoryEntry>").unwrap();
            line.replace("</Name><Telephone>", " ").replace("</Telephone><Telephone>", " ")
        });
        let next = text.split_once("<Name>Next</Name><URL>").and_then(|(_, rest)| rest.split_once("</URL>"));
        let next = next.map(|(url, _)| url.replace("&amp;", "&"));
        let path = next.map(|url| format!("/{}", url.splitn(4, '/').nth(3).unwrap()));
        (entries.collect(), path)
    }
}

#[test]
fn a_desk_phone_finds_people_and_then_contacts() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        person(server, "髙橋 <一郎>", "タカハシ イチロウ", "2001");
        let secret = person(server, "高橋 隠", "タカハシ カクレ", "2002");
        server.db().write(|tx| directory::suppress_person(tx, &secret.id, true)).unwrap();
        let card = json!({
            "name": {"full": "高橋 商店"}, "organizations": {"o": {"name": "トカチ & 測量"}},
            "phones": {"p": {"number": "0155-92-0004（代）"}, "f": {"number": "0155-92-0009", "features": {"fax": true}}},
        });
        hanako.post("contacts", &card).expect(201);
        let desk = Desk::of(server, &hanako);
        let (found, next) = desk.page("/phonebook/yealink.xml?q=%E9%AB%98%E6%A9%8B");
        assert_eq!(
            found,
            ["髙橋 &lt;一郎&gt; 2001 0155-26-2001", "高橋 商店 / トカチ &amp; 測量 0155-92-0004"]
        );
        assert_eq!(next, None);
        for (form, root) in [
            ("yealink", "YealinkIPPhoneDirectory"),
            ("snom", "SnomIPPhoneDirectory"),
            ("cisco", "CiscoIPPhoneDirectory"),
        ] {
            let answer = desk.get(&format!("/phonebook/{form}.xml?q=2001")).expect(200);
            assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
            let text = answer.text();
            assert!(text.contains(&format!("<{root}>")) && text.ends_with(&format!("</{root}>\n")), "{text}");
        }
        // What others keep for themselves is not found.
        let taro = server.staff("taro");
        assert_eq!(Desk::of(server, &taro).page("/phonebook/cisco.xml?q=0155920004").0, Vec::<String>::new());
    });
}

#[test]
fn pages_hold_as_many_as_a_phone_takes_and_lead_on() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for count in [31, 32, 33] {
            let name = format!("応援{count}");
            for n in 0..count {
                person(
                    server,
                    &format!("{name} {n}"),
                    "オウエン",
                    &format!("{}", 3000 + 100 * (count - 31) + n),
                );
            }
            for n in 0..40 {
                let phones = json!({"p": {"number": format!("0155-92-{:04}", 100 * count + n)}});
                hanako
                    .post("contacts", &json!({"name": {"full": format!("{name} 先 {n}")}, "phones": phones}))
                    .expect(201);
            }
            let desk = Desk::of(server, &hanako);
            let (mut all, mut next) = (Vec::new(), Some(format!("/phonebook/cisco.xml?q={name}")));
            while let Some(path) = next {
                let (found, after) = desk.page(&path);
                assert!(found.len() <= 32);
                all.extend(found);
                next = after;
            }
            let mut distinct = all.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!((all.len(), distinct.len()), (count + 40, count + 40));
            assert!(all[..count].iter().all(|name| !name.contains('先')), "people come first");
        }
    });
}

#[test]
fn who_sends_no_app_password_is_asked_for_one() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let path = "/phonebook/yealink.xml?q=a";
        let wrong = format!("Basic {}", STANDARD.encode(format!("hanako:{}", hanako.password)));
        let anonymous = server.anonymous();
        for refused in
            [anonymous.get(path), anonymous.ask("GET", path).header("authorization", &wrong).send()]
        {
            assert_eq!(refused.status, 401);
            assert!(refused.header("www-authenticate").unwrap().starts_with("Basic "));
        }
        let desk = Desk::of(server, &hanako);
        desk.get("/phonebook/aastra.xml").problem(404, "not-found");
        for (query, name) in [("people=x", "people"), ("contacts=x", "contacts"), ("page=2", "page")] {
            let problem = desk.get(&format!("/phonebook/snom.xml?{query}")).problem(400, "bad-query");
            assert_eq!(problem["errors"][0]["pointer"], name, "{problem}");
        }
    });
}

#[test]
fn what_a_phone_shows_first_is_the_number_that_is_preferred() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let phones = json!({
            "a": {"number": "0155-92-0001"},
            "b": {"number": "0155-92-0002", "pref": 2},
            "c": {"number": "0155-92-0003", "pref": 1},
            "d": {"number": "0155-92-0004", "pref": 100, "features": {"fax": true}},
        });
        hanako.post("contacts", &json!({"name": {"full": "北見測量"}, "phones": phones})).expect(201);
        let desk = Desk::of(server, &hanako);
        for (form, numbers) in [
            ("yealink", "0155-92-0003 0155-92-0002 0155-92-0001"),
            ("snom", "0155-92-0003"),
            ("cisco", "0155-92-0003"),
        ] {
            let path = format!("/phonebook/{form}.xml?q=%E5%8C%97%E8%A6%8B");
            assert_eq!(desk.page(&path).0, [format!("北見測量 {numbers}")]);
        }
    });
}

#[test]
fn a_cisco_keeps_its_keys_where_a_page_leads_on() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for n in 0..33 {
            person(server, &format!("応援 {n}"), "オウエン", &format!("{}", 3000 + n));
        }
        let desk = Desk::of(server, &hanako);
        let text = |form: &str, q: &str| desk.get(&format!("/phonebook/{form}.xml?q={q}")).expect(200).text();
        let keys = |text: &str| -> Vec<(String, String)> {
            let keys = text.lines().filter_map(|line| line.strip_prefix("<SoftKeyItem><Name>"));
            let keys = keys.map(|key| {
                let (name, rest) = key.split_once("</Name><URL>").unwrap();
                let (url, position) = rest.split_once("</URL><Position>").unwrap();
                let url = if name == "Next" { "" } else { url };
                (format!("{name}{url}"), position.replace("</Position></SoftKeyItem>", ""))
            });
            keys.collect()
        };
        let said = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, at)| ((*name).to_owned(), (*at).to_owned())).collect()
        };
        let cisco = text("cisco", "応援");
        let all = [
            ("DialSoftKey:Dial", "1"),
            ("EditDialSoftKey:EditDial", "2"),
            ("Next", "3"),
            ("ExitSoftKey:Exit", "4"),
        ];
        assert_eq!(keys(&cisco), said(&all));
        let order =
            ["<Title>", "<Prompt>", "<DirectoryEntry>", "<SoftKeyItem>"].map(|it| cisco.find(it).unwrap());
        assert!(
            order.is_sorted() && cisco.rfind("<DirectoryEntry>") < cisco.find("<SoftKeyItem>"),
            "{cisco}"
        );
        assert_eq!(keys(&text("snom", "応援")), said(&[("Next", "3")]));
        assert!(keys(&text("cisco", "3001")).is_empty(), "the phone has its own");
    });
}
