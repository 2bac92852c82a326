//! A full disk: it is said before; what is there can be read, nothing is half written, and writes go on when there is room again.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use renraku_db::examine;
use renraku_test_db::Backend;
use serde_json::json;

use crate::harness::{Phone, ServerProcess, TestServer};

#[derive(QueryableByName)]
struct Pages {
    #[diesel(sql_type = BigInt)]
    page_count: i64,
}

/// Sets how many pages the database may have, for the one connection that writes.
fn allow_pages(server: &TestServer, spare: i64) {
    let set = |tx: &mut renraku_db::Tx<'_>| {
        let pages: Vec<Pages> = sql_query("PRAGMA page_count").load(tx.conn())?;
        let most = pages[0].page_count + spare;
        sql_query(format!("PRAGMA max_page_count = {most}")).execute(tx.conn())?;
        Ok::<_, renraku_db::Error>(())
    };
    server.db().write(set).unwrap();
}

fn health(phone: &Phone) -> String {
    phone.get("/health/ready").expect(200).json()["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_full_disk_is_said_and_survived() {
    let server = TestServer::start(Backend::Sqlite);
    let hanako = server.staff("hanako");
    let note = "x".repeat(100_000);
    let write = |name: &str| {
        hanako.post("contacts", &json!({"name": {"full": name}, "notes": {"1": {"note": note}}}))
    };
    write("佐藤").expect(201);
    assert_eq!(health(&hanako), "ready");
    allow_pages(&server, 4);
    let mut stored = 1;
    while write("鈴木").status == 201 {
        stored += 1;
        assert!(stored < 50, "the disk is never full");
    }
    // The connection that met the full disk is given up, and the limit with it; a disk would still be full.
    allow_pages(&server, 0);
    write("鈴木").problem(507, "storage-full");
    assert_eq!(health(&hanako), "degraded");
    let there = || hanako.get("contacts").expect(200).json()["items"].as_array().unwrap().len();
    assert_eq!(there(), stored);
    allow_pages(&server, 100_000);
    write("髙橋").expect(201);
    assert_eq!((there(), health(&hanako)), (stored + 1, "ready".to_owned()));
    let torn: Vec<_> =
        server.db().read(examine).unwrap().into_iter().filter(|found| found.faults > 0).collect();
    assert!(torn.is_empty(), "{torn:?}");
}

#[test]
fn little_room_is_said_before_there_is_none() {
    let told = |percent: &str| {
        let (database, folder) = (Backend::Sqlite.fresh(), tempfile::tempdir().unwrap());
        let settings = [("RENRAKU_LIMITS_FREE_PERCENT", percent)];
        let server = ServerProcess::start_with(&database, folder.path(), &settings);
        let metrics = Phone::new(server.base()).get("/metrics").expect(200).text();
        assert!(metrics.contains("renraku_disk_free_ratio{of=\"data\"} 0."), "{metrics}");
        let log = server.log();
        log.lines().filter(|line| line.contains("WARN") && line.contains("limits.free_percent")).count()
    };
    // The data folder and that of the database.
    assert_eq!((told("100"), told("0")), (2, 0));
}
