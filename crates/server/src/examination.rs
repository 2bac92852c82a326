use renraku_db::{Db, Finding, examine};

/// Looks at the schema and, when it is up to date, at everything that is stored.
pub fn run(db: &Db) -> Result<Vec<Finding>, renraku_db::Error> {
    if db.needs_migration()? {
        return Ok(vec![Finding {
            what: "migrations that were not run (`renraku migrate` runs them)",
            faults: 1,
        }]);
    }
    db.read(examine)
}
