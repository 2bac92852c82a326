use ldap3_proto::proto::LdapSearchResultEntry;
use renraku_base::Timestamp;

use super::wanted::values;

/// When an account of Active Directory is over: so many tenths of microseconds after 1601; 0 and the greatest number are never.
pub(super) const ATTRIBUTE: &str = "accountExpires";
/// From 1601 to 1970.
const UNTIL_1970: i64 = 116_444_736_000_000_000;

/// Whether an account is over at a time. The server lets nobody sign in by it any more and changes nothing in it.
pub(super) fn is_over(entry: &LdapSearchResultEntry, now: Timestamp) -> bool {
    let said = values(entry, ATTRIBUTE).first().and_then(|text| text.parse::<i64>().ok());
    said.is_some_and(|at| at > 0 && (at.saturating_sub(UNTIL_1970)) / 10 <= now.micros())
}

#[cfg(test)]
mod tests {
    use ldap3_proto::proto::LdapPartialAttribute;

    use super::*;

    #[test]
    fn an_account_ends_at_its_time_and_most_never_do() {
        // 2026-04-01T00:00:00+09:00
        let now = Timestamp::from_micros(1_774_969_200_000_000);
        for (said, over) in [
            ("0", false),
            ("9223372036854775807", false),
            ("134194428000000000", true),
            ("134194428000000010", false),
            ("134194427990000000", true),
            ("soon", false),
        ] {
            let vals = vec![said.as_bytes().to_vec()];
            let attributes = vec![LdapPartialAttribute { atype: "accountExpires".to_owned(), vals }];
            let entry = LdapSearchResultEntry { dn: "cn=x".to_owned(), attributes };
            assert_eq!(is_over(&entry, now), over, "{said}");
        }
        let none = LdapSearchResultEntry { dn: "cn=x".to_owned(), attributes: Vec::new() };
        assert!(!is_over(&none, now));
    }
}
