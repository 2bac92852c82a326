//! `sync-collection`: what is told, and which tokens are refused.

use std::collections::BTreeSet;

use super::client::{Client, HOUR, event};
use crate::harness::{TestServer, on_each_backend};

fn put(client: &Client, name: &str) {
    client.put(&format!("{}{name}.ics", client.calendar), &event(name, HOUR)).expect(201);
}

#[track_caller]
fn refused(client: &Client, calendar: &str, token: &str) {
    let body = format!(
        "<d:sync-collection NS><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>"
    );
    let answer = client.xml("REPORT", calendar, "0", &body).expect(403).text();
    assert!(answer.contains("<d:valid-sync-token/>"), "{answer}");
}

#[test]
fn changes_are_told_and_nothing_else() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = |name: &str| format!("{}{name}.ics", client.calendar);
        put(&client, "a");
        let (all, token) = client.sync(&client.calendar, "", 100);
        assert_eq!(all, [(path("a"), 200)]);
        let (nothing, same) = client.sync(&client.calendar, &token, 100);
        assert_eq!((nothing, &same), (Vec::new(), &token), "an idle sync gives back the same token");
        let props = client.propfind(&client.calendar, "0", "<d:sync-token/>").text();
        assert!(props.contains(&token), "the property is the same token: {props}");

        put(&client, "b");
        client.ask("DELETE", &path("a")).send().expect(204);
        let (news, newer) = client.sync(&client.calendar, &token, 100);
        let news: BTreeSet<_> = news.into_iter().collect();
        assert_eq!(news, BTreeSet::from([(path("a"), 404), (path("b"), 200)]));
        // A name that is in use again is not gone.
        put(&client, "a");
        let (news, _) = client.sync(&client.calendar, &newer, 100);
        assert_eq!(news, [(path("a"), 200)]);
        let (news, _) = client.sync(&client.calendar, &token, 100);
        assert!(news.contains(&(path("a"), 200)) && !news.contains(&(path("a"), 404)), "{news:?}");
        // Nor is it where others had the name in between, however often: they are told by what nobody was told of.
        let (_, token) = client.sync(&client.calendar, "", 100);
        for _ in 0..2 {
            put(&client, "c");
            client.ask("DELETE", &path("c")).send().expect(204);
        }
        put(&client, "c");
        let of_c = |token: &str| {
            let (news, _) = client.sync(&client.calendar, token, 100);
            news.into_iter()
                .filter(|(href, _)| *href == path("c"))
                .map(|(_, status)| status)
                .collect::<Vec<_>>()
        };
        assert_eq!(of_c(&token), [200]);
        client.ask("DELETE", &path("c")).send().expect(204);
        assert_eq!(of_c(&token), [404]);
    });
}

#[test]
fn a_truncated_sync_is_resumed_without_loss() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let names: Vec<String> = (0..7).map(|n| format!("e{n}")).collect();
        names.iter().for_each(|name| put(&client, name));
        let (mut seen, mut token) = (BTreeSet::new(), String::new());
        let mut pages = 0;
        loop {
            let (page, next) = client.sync(&client.calendar, &token, 2);
            pages += 1;
            if pages == 2 {
                // In the midst of it something changes.
                put(&client, "late");
            }
            let more = page.contains(&(client.calendar.clone(), 507));
            seen.extend(page.into_iter().filter(|(_, status)| *status == 200).map(|(href, _)| href));
            token = next;
            if !more {
                break;
            }
        }
        let (rest, _) = client.sync(&client.calendar, &token, 100);
        seen.extend(rest.into_iter().map(|(href, _)| href));
        let expected: BTreeSet<String> = names
            .iter()
            .map(String::as_str)
            .chain(["late"])
            .map(|name| format!("{}{name}.ics", client.calendar))
            .collect();
        assert_eq!(seen, expected);
        assert!(pages >= 4, "{pages} pages");
    });
}

fn epoch_ends(server: &TestServer) {
    server.db().write(renraku_db::meta::renew_epoch).unwrap();
}

#[test]
fn a_token_that_cannot_be_honoured_is_refused() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        put(&client, "a");
        let (_, token) = client.sync(&client.calendar, "", 100);
        for bad in [
            "x",
            "urn:renraku:sync:",
            &token[..token.len() - 1],
            &format!("{token}0"),
            &token.replace("urn:", "URN:"),
        ] {
            refused(&client, &client.calendar, bad);
        }
        let parts: Vec<&str> = token.split('.').collect();
        let forged = token.replacen(&format!(".{}.", parts[2]), ".9.", 1);
        if forged != token {
            refused(&client, &client.calendar, &forged);
        }
        let work = format!("{}work/", client.home);
        client.ask("MKCALENDAR", &work).send().expect(201);
        refused(&client, &work, &token);
        let other = Client::of(server, &taro);
        refused(&other, &other.calendar, &token);
        epoch_ends(server);
        refused(&client, &client.calendar, &token);
        client.sync(&client.calendar, "", 100);
    });
}
