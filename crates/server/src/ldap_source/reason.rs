/// Why Active Directory lets somebody not in. It says so behind the word `data` in the words of a refused bind; all but
/// [`Reason::Wrong`] and [`Reason::Locked`] only to who typed the right password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// The name or the password is wrong.
    Wrong,
    /// After too many wrong passwords none is looked at for a while.
    Locked,
    /// The password must be changed first: it is too old, or an administrator gave it.
    MustChange,
    /// The account is closed or over, or not to be used now or from here.
    Closed,
}

impl Reason {
    /// What the words of a refused bind say; nothing where they are not those of Active Directory.
    pub fn of(message: &str) -> Option<Self> {
        let (_, said) = message.split_once("AcceptSecurityContext error, data ")?;
        let code = said.split(',').next()?.trim();
        Some(match code {
            "525" | "52e" => Self::Wrong,
            "775" => Self::Locked,
            "532" | "773" => Self::MustChange,
            "530" | "531" | "533" | "701" => Self::Closed,
            _ => return None,
        })
    }

    /// What is the matter with the account by which the server logs in there.
    pub fn of_ours(self) -> &'static str {
        match self {
            Self::Wrong => "ldap_source.bind_dn or its password is wrong",
            Self::Locked => "the account of ldap_source.bind_dn is locked after too many wrong passwords",
            Self::MustChange => {
                "the password of ldap_source.bind_dn has expired or must be changed: let it never expire"
            }
            Self::Closed => "the account of ldap_source.bind_dn is disabled or has expired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_directory_says_why_in_its_words() {
        let said = |data: &str| {
            format!(
                "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {data}, v1db1"
            )
        };
        for (data, reason) in [
            ("52e", Some(Reason::Wrong)),
            ("775", Some(Reason::Locked)),
            ("532", Some(Reason::MustChange)),
            ("773", Some(Reason::MustChange)),
            ("533", Some(Reason::Closed)),
            ("701", Some(Reason::Closed)),
            ("1", None),
        ] {
            assert_eq!(Reason::of(&said(data)), reason, "{data}");
        }
        assert_eq!(Reason::of("data 773, v1db1"), None);
        assert_eq!(Reason::of(""), None);
    }
}
