use ldap3_proto::proto::{LdapFilter, LdapMatchingRuleAssertion, LdapSubstringFilter};

/// A filter as people write it (RFC 4515).
pub fn filter(text: &str) -> LdapFilter {
    let (filter, rest) = one(text);
    assert_eq!(rest, "", "{text}");
    filter
}

fn one(text: &str) -> (LdapFilter, &str) {
    let inside = text.strip_prefix('(').unwrap_or_else(|| panic!("no filter: {text}"));
    let (filter, rest) = match inside.chars().next() {
        Some('&') => list(&inside[1..], LdapFilter::And),
        Some('|') => list(&inside[1..], LdapFilter::Or),
        Some('!') => {
            let (filter, rest) = one(&inside[1..]);
            (LdapFilter::Not(Box::new(filter)), rest)
        }
        _ => {
            let end = inside.find(')').unwrap();
            (item(&inside[..end]), &inside[end..])
        }
    };
    (filter, rest.strip_prefix(')').unwrap())
}

fn list(mut text: &str, make: fn(Vec<LdapFilter>) -> LdapFilter) -> (LdapFilter, &str) {
    let mut filters = Vec::new();
    while text.starts_with('(') {
        let (filter, rest) = one(text);
        filters.push(filter);
        text = rest;
    }
    (make(filters), text)
}

fn item(text: &str) -> LdapFilter {
    let (name, value) = text.split_once('=').unwrap();
    let plain = |name: &str| (name.to_owned(), unescaped(value));
    let made = |make: fn(String, String) -> LdapFilter, (name, value)| make(name, value);
    match name.char_indices().next_back() {
        Some((at, '~')) => made(LdapFilter::Approx, plain(&name[..at])),
        Some((at, '>')) => made(LdapFilter::GreaterOrEqual, plain(&name[..at])),
        Some((at, '<')) => made(LdapFilter::LessOrEqual, plain(&name[..at])),
        Some((at, ':')) => LdapFilter::Extensible(assertion(&name[..at], value)),
        _ if value == "*" => LdapFilter::Present(name.to_owned()),
        _ if value.contains('*') => LdapFilter::Substring(name.to_owned(), pieces(value)),
        _ => made(LdapFilter::Equality, plain(name)),
    }
}

fn assertion(left: &str, value: &str) -> LdapMatchingRuleAssertion {
    let (name, rule) = left.split_once(':').map_or((left, None), |(name, rule)| (name, Some(rule)));
    LdapMatchingRuleAssertion {
        matching_rule: rule.map(str::to_owned),
        type_: Some(name.to_owned()).filter(|name| !name.is_empty()),
        match_value: unescaped(value),
        dn_attributes: false,
    }
}

fn pieces(value: &str) -> LdapSubstringFilter {
    let mut pieces: Vec<String> = value.split('*').map(unescaped).collect();
    let last = pieces.pop().filter(|piece| !piece.is_empty());
    let first = Some(pieces.remove(0)).filter(|piece| !piece.is_empty());
    LdapSubstringFilter { initial: first, any: pieces, final_: last }
}

fn unescaped(value: &str) -> String {
    let mut parts = value.split('\\');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}
