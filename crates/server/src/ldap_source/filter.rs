//! Filters as administrators write them (RFC 4515).

use ldap3_proto::proto::{LdapFilter, LdapMatchingRuleAssertion, LdapSubstringFilter};

const DEEPEST: usize = 16;

/// Reads a filter; `None` when it is none.
pub(super) fn parse(text: &str) -> Option<LdapFilter> {
    let (filter, rest) = one(text.trim(), DEEPEST)?;
    rest.is_empty().then_some(filter)
}

/// Whether a text is a filter.
pub(crate) fn is_filter(text: &str) -> bool {
    parse(text).is_some()
}

/// The filter at the beginning, and what follows it.
fn one(text: &str, depth: usize) -> Option<(LdapFilter, &str)> {
    let depth = depth.checked_sub(1)?;
    let inside = text.strip_prefix('(')?;
    let (filter, rest) = match inside.split_at_checked(1)? {
        ("&", rest) => list(rest, depth).map(|(all, rest)| (LdapFilter::And(all), rest))?,
        ("|", rest) => list(rest, depth).map(|(all, rest)| (LdapFilter::Or(all), rest))?,
        ("!", rest) => one(rest, depth).map(|(one, rest)| (LdapFilter::Not(Box::new(one)), rest))?,
        _ => {
            let (item, _) = inside.split_once([')', '('])?;
            (assertion(item)?, inside.get(item.len()..)?)
        }
    };
    Some((filter, rest.strip_prefix(')')?.trim_start()))
}

fn list(mut text: &str, depth: usize) -> Option<(Vec<LdapFilter>, &str)> {
    let mut all = Vec::new();
    while text.trim_start().starts_with('(') {
        let (filter, rest) = one(text.trim_start(), depth)?;
        all.push(filter);
        text = rest;
    }
    (!all.is_empty()).then_some((all, text))
}

fn assertion(item: &str) -> Option<LdapFilter> {
    let (left, value) = item.split_once('=')?;
    if let Some(rule) = left.strip_suffix(':') {
        return extensible(rule, value);
    }
    let by = |name: &str, make: fn(String, String) -> LdapFilter| Some(make(named(name)?, unescaped(value)?));
    match left.char_indices().next_back()? {
        (at, '~') => by(left.get(..at)?, LdapFilter::Approx),
        (at, '>') => by(left.get(..at)?, LdapFilter::GreaterOrEqual),
        (at, '<') => by(left.get(..at)?, LdapFilter::LessOrEqual),
        _ if value == "*" => Some(LdapFilter::Present(named(left)?)),
        _ if value.contains('*') => Some(LdapFilter::Substring(named(left)?, pieces(value)?)),
        _ => by(left, LdapFilter::Equality),
    }
}

/// `attribute:dn:rule:=value`, of which all but the value may be left out.
fn extensible(left: &str, value: &str) -> Option<LdapFilter> {
    let mut parts = left.split(':');
    let name = parts.next().filter(|name| !name.is_empty());
    let mut assertion = LdapMatchingRuleAssertion {
        matching_rule: None,
        type_: name.map(named).map_or(Some(None), |name| name.map(Some))?,
        match_value: unescaped(value)?,
        dn_attributes: false,
    };
    for part in parts {
        if part.eq_ignore_ascii_case("dn") {
            assertion.dn_attributes = true;
        } else {
            assertion.matching_rule = Some(named(part)?);
        }
    }
    let says_something = assertion.type_.is_some() || assertion.matching_rule.is_some();
    says_something.then_some(LdapFilter::Extensible(assertion))
}

/// The name of an attribute or a rule, with options.
fn named(text: &str) -> Option<String> {
    let text = text.trim();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ';' | '_');
    (!text.is_empty() && text.chars().all(allowed)).then(|| text.to_owned())
}

fn pieces(value: &str) -> Option<LdapSubstringFilter> {
    let pieces = value.split('*').map(unescaped).collect::<Option<Vec<String>>>()?;
    let (first, rest) = pieces.split_first()?;
    let (last, between) = rest.split_last()?;
    let some = |piece: &String| Some(piece.clone()).filter(|piece| !piece.is_empty());
    Some(LdapSubstringFilter {
        initial: some(first),
        any: between.iter().filter_map(some).collect(),
        final_: some(last),
    })
}

/// A value with its `\2a` undone.
fn unescaped(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
        rest = after.get(2..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_active_directory_are_read() {
        let LdapFilter::And(all) = parse(
            "(&(objectCategory=person) (!(userAccountControl:1.2.840.113556.1.4.803:=2))\
             (memberOf=CN=職員,OU=g,DC=pref,DC=jp)(|(mail=*)(cn=a*b\\2ac*d)))",
        )
        .unwrap() else {
            panic!("no conjunction")
        };
        assert_eq!(all.first(), Some(&LdapFilter::Equality("objectCategory".into(), "person".into())));
        let LdapFilter::Not(not) = &all[1] else { panic!("{:?}", all[1]) };
        let LdapFilter::Extensible(rule) = &**not else { panic!("{not:?}") };
        assert_eq!(rule.matching_rule.as_deref(), Some("1.2.840.113556.1.4.803"));
        assert_eq!((rule.type_.as_deref(), rule.match_value.as_str()), (Some("userAccountControl"), "2"));
        assert_eq!(all[2], LdapFilter::Equality("memberOf".into(), "CN=職員,OU=g,DC=pref,DC=jp".into()));
        let LdapFilter::Or(any) = &all[3] else { panic!("{:?}", all[3]) };
        assert_eq!(any[0], LdapFilter::Present("mail".into()));
        let pieces = LdapSubstringFilter {
            initial: Some("a".into()),
            any: vec!["b*c".into()],
            final_: Some("d".into()),
        };
        assert_eq!(any[1], LdapFilter::Substring("cn".into(), pieces));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        let deep = format!("{}(a=b){}", "(!".repeat(20), ")".repeat(20));
        for wrong in [
            "", "a=b", "(a=b", "(a=b))", "(&)", "(!)", "(=b)", "(a b=c)", "(a=\\2)", "(a=\\zz)", "(:=x)",
            &deep,
        ] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
