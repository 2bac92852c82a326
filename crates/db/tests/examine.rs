use renraku_db::{CollectionKind, Error, ObjectType, changes, examine, schema};
use renraku_test_db::on_each_database;

use crate::event;

#[test]
fn a_sound_database_has_no_faults_and_a_torn_one_has() {
    on_each_database(|db, _| {
        let faults = || db.read(examine).unwrap().iter().map(|finding| finding.faults).sum::<i64>();
        db.write(|tx| {
            let home = changes::create_collection(tx, CollectionKind::Home, Some("hanako"))?;
            let _recorded = changes::record(tx, home, ObjectType::Event, &event(1));
            Ok::<_, Error>(())
        })
        .unwrap();
        assert_eq!(faults(), 0);
        assert!(!db.needs_migration().unwrap());
        db.write(|tx| tx.run(diesel::delete(schema::changes::table))).unwrap();
        assert_eq!(faults(), 1);
    });
}
