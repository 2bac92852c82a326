//! Accounts that follow what another server says of them.

use std::collections::HashSet;

use renraku_base::{Entropy, PersonId};
use renraku_db::Db;
use renraku_people::account::{self, LdapAccount, LdapPlan, LdapRemark, LdapState, Username};
use renraku_test_db::on_each_database;

use super::office::{Office, code, username, write};

fn said(person: &PersonId, user: &str, open: bool) -> LdapAccount {
    LdapAccount { person: person.clone(), username: username(user), open }
}

fn compare(db: &Db, said: &[LdapAccount]) -> LdapPlan {
    db.read(|tx| account::compare_with_ldap(tx, said, &HashSet::new())).unwrap()
}

fn names(accounts: &[account::Account]) -> Vec<&str> {
    accounts.iter().map(|account| account.username.as_str()).collect()
}

fn follow(db: &Db, person: &PersonId, state: LdapState) {
    write(db, |tx| account::follow_ldap(tx, person, state));
}

#[test]
fn accounts_without_a_password_follow() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let jiro: PersonId = Entropy.uuid_v4().into();
        // Both have a password of their own: they are left alone, whatever is said.
        let all = [said(&office.hanako, "hanako", false), said(&jiro, "jiro", true)];
        let plan = compare(db, &all);
        assert_eq!((plan.added.len(), plan.closed.len(), plan.joined.len()), (1, 0, 0));
        // Taro joins, and his sessions end when he is said to be closed.
        write(db, |tx| account::remove_password(tx, &username("taro")));
        let taro = [said(&office.taro, "taro", true)];
        assert_eq!(names(&compare(db, &taro).joined), ["taro"]);
        assert_eq!(names(&compare(db, &[]).closed), [""; 0], "nobody who never followed is closed");
        follow(db, &office.taro, LdapState::Open);
        assert_eq!(compare(db, &taro), LdapPlan { followed: 1, ..LdapPlan::default() });
        for gone in [&[said(&office.taro, "taro", false)] as &[_], &[]] {
            assert_eq!(names(&compare(db, gone).closed), ["taro"]);
        }
        let others = HashSet::from([username("taro")]);
        let unknown = db.read(|tx| account::compare_with_ldap(tx, &[], &others)).unwrap();
        assert_eq!(names(&unknown.closed), [""; 0], "who is there is not gone");
        let phone = office.hanako("phone");
        follow(db, &office.taro, LdapState::Closed);
        assert_eq!(code(office.login("taro", "x", super::office::offer("x"))), "bad-credentials");
        assert_eq!(office.verify(&phone), "ok", "nobody else is signed out");
        assert_eq!(names(&compare(db, &[]).closed), [""; 0]);
        assert_eq!(names(&compare(db, &taro).opened), ["taro"]);
        follow(db, &office.taro, LdapState::Open);
        assert_eq!(compare(db, &taro).followed, 1);
        // Whom an administrator closed stays closed.
        write(db, |tx| account::disable_account(tx, &username("taro")));
        assert_eq!(compare(db, &taro), LdapPlan::default());
    });
}

#[test]
fn a_closed_account_is_signed_out() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phone = office.hanako("phone");
        follow(db, &office.hanako, LdapState::Closed);
        assert_eq!(office.verify(&phone), "session-ended");
    });
}

#[test]
fn names_that_do_not_fit_are_told() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        write(db, |tx| account::remove_password(tx, &username("taro")));
        let jiro: PersonId = Entropy.uuid_v4().into();
        let plan = compare(db, &[said(&jiro, "hanako", true), said(&office.taro, "t.sato", true)]);
        let (known, other): (Username, Username) = (username("taro"), username("t.sato"));
        assert_eq!(
            plan.remarks,
            [LdapRemark::Taken { said: username("hanako") }, LdapRemark::OtherName { known, said: other }]
        );
        assert_eq!((plan.added.len(), names(&plan.joined)), (0, vec!["taro"]));
    });
}
