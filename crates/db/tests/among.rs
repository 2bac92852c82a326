use diesel::{debug_query, prelude::*, sqlite::Sqlite};
use renraku_db::{CollectionKind, Db, among, changes::create_collection, schema::collections};
use renraku_test_db::on_each_database;

fn owners(db: &Db, wanted: &[&str]) -> Vec<String> {
    let found: Vec<Option<String>> = db
        .read(|tx| {
            collections::table
                .filter(among(collections::owner_id, wanted))
                .order(collections::owner_id)
                .select(collections::owner_id)
                .load(tx.conn())
                .map_err(renraku_db::Error::from)
        })
        .unwrap();
    found.into_iter().flatten().collect()
}

#[test]
fn a_list_of_any_length_finds_what_is_in_it() {
    on_each_database(|db, _| {
        for owner in ["hanako", "jiro", "taro"] {
            db.write(|tx| create_collection(tx, CollectionKind::Calendar, Some(owner))).unwrap();
        }
        assert!(owners(db, &[]).is_empty());
        assert_eq!(owners(db, &["taro"]), ["taro"]);
        assert_eq!(owners(db, &["taro", "hanako", "nobody"]), ["hanako", "taro"]);
        let many: Vec<String> = (0..1_000).map(|at| format!("p{at}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).chain(["jiro"]).collect();
        assert_eq!(owners(db, &many), ["jiro"]);
    });
}

#[test]
fn lists_of_like_length_have_the_same_text() {
    let text = |ids: &[i64]| {
        let query = collections::table.filter(among(collections::id, ids)).select(collections::id);
        let text = debug_query::<Sqlite, _>(&query).to_string();
        text.split(" -- binds").next().unwrap_or_default().to_owned()
    };
    assert_eq!(text(&[1, 2, 3, 4, 5]), text(&[1, 2, 3, 4, 5, 6, 7, 8]));
    assert_ne!(text(&[1, 2, 3, 4]), text(&[1, 2, 3, 4, 5]));
}
