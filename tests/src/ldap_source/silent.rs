use std::time::{Duration, Instant};

use renraku_test_db::Backend;

use crate::harness::{TestServer, run_beside_with};

use super::{
    office::{PASSWORD, borrowed, login, settings},
    sign_in::beside,
    stub::{Manner, Stub},
};

#[test]
fn a_server_that_does_not_answer_stops_those_alone_who_sign_in_there() {
    for backend in Backend::all() {
        for manner in [Manner::Drip, Manner::Babble, Manner::Hang] {
            let stub = Stub::start(manner);
            let server = beside(*backend, &stub);
            let phone = server.anonymous();
            let taro = server.staff("taro");
            let began = Instant::now();
            let refused = login(&phone, "hanako", PASSWORD);
            assert!(refused.header("retry-after").is_some());
            refused.problem(503, "password-server-silent");
            // A bind has two seconds; the rest is for a machine that does much besides.
            assert!(began.elapsed() < Duration::from_secs(10), "{manner:?} took {:?}", began.elapsed());
            if manner != Manner::Hang {
                continue;
            }
            // Many at once wait for themselves alone.
            std::thread::scope(|scope| {
                let waiting: Vec<_> =
                    (0..12).map(|_| scope.spawn(|| login(&phone, "hanako", PASSWORD).status)).collect();
                taro.get("calendars").expect(200);
                login(&phone, "taro", &taro.password).expect(200);
                for one in waiting {
                    // Whoever tries that often is told to wait, whether there is such an account or not.
                    assert!([503, 429].contains(&one.join().unwrap()));
                }
            });
        }
    }
}

/// Who signed in a while ago does so again when the server is gone, on any phone, and nobody else does.
#[test]
fn the_password_that_it_accepted_last_counts_while_it_is_gone() {
    for backend in Backend::all() {
        let stub = Stub::start(Manner::Know(PASSWORD));
        let server = beside(*backend, &stub);
        let phone = server.anonymous();
        login(&phone, "hanako", PASSWORD).expect(200);
        stub.becomes(Manner::Hang);
        login(&phone, "hanako", PASSWORD).expect(200);
        login(&phone, "hanako", "guess").problem(503, "password-server-silent");
        let (well, said) = run_beside_with(&server, &["user", "disable", "hanako"], &[]);
        assert!(well, "{said}");
        login(&phone, "hanako", PASSWORD).problem(503, "password-server-silent");
        server.clock().advance(Duration::from_hours(9));
        login(&phone, "hanako", PASSWORD).problem(503, "password-server-silent");
    }
}

/// While nobody can be asked, a wrong password tells nothing of a name: neither that nobody has it, nor that its password is here.
#[test]
fn a_wrong_password_sounds_alike_for_every_name() {
    for backend in Backend::all() {
        let stub = Stub::start(Manner::Know(PASSWORD));
        let server = beside(*backend, &stub);
        let (phone, taro) = (server.anonymous(), server.staff("taro"));
        let names = ["hanako", "taro", "dare-demo-nai"];
        for name in names {
            login(&phone, name, "guess").problem(401, "bad-credentials");
        }
        stub.becomes(Manner::Hang);
        let said = names.map(|name| {
            let refused = login(&phone, name, "another guess");
            let problem = refused.json();
            refused.problem(503, "password-server-silent");
            (problem["title"].clone(), problem["detail"].clone())
        });
        assert!(said.iter().all(|it| *it == said[0]), "{said:?}");
        login(&phone, "taro", &taro.password).expect(200);
    }
}

#[test]
fn a_reading_that_fails_is_told_by_the_doctor_and_tried_again() {
    for backend in Backend::all() {
        let stub = Stub::start(Manner::Hang);
        let settings = settings(&stub.url(), &[("RENRAKU_LDAP_SOURCE_INTERVAL_MIN", "5")]);
        let server = TestServer::start_with(*backend, &borrowed(&settings));
        for _ in 0..2 {
            server.clock().advance(Duration::from_secs(300));
            server.run_due_jobs();
        }
        let (well, said) = run_beside_with(&server, &["doctor"], &borrowed(&settings));
        assert!(!well, "{said}");
        assert!(
            said.contains(&format!("settings  ldap_source.url: {}: it does not answer in time", stub.url())),
            "{said}"
        );
        // 10 minutes after 09:00, in Japan.
        let last = "settings  ldap_source (2026-11-25 09:10): the staff cannot be read from ldap://127.0.0.1";
        assert!(said.contains(last), "{said}");
    }
}

/// What came in the clear behind the agreement to begin TLS is not taken for what comes after it.
#[test]
fn nobody_between_puts_words_into_the_protected_connection() {
    let stub = Stub::start(Manner::Inject);
    let settings = settings(&stub.url(), &[("RENRAKU_LDAP_SOURCE_ENCRYPTION", "starttls")]);
    let server = TestServer::start(Backend::Sqlite);
    let import = ["import", "people", "--from-ldap", "--dry-run"];
    let (well, said) = run_beside_with(&server, &import, &borrowed(&settings));
    assert!(!well && said.contains("it answers what was not asked"), "{said}");
}
