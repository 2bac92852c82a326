//! Postal addresses of contacts, line by line.

use renraku_contacts::model::{Address, Component};

/// Where an address in Japan begins and how it goes on, the largest part first.
const JAPANESE: [&[&str]; 3] = [
    &["postcode"],
    &["region", "locality", "district", "subdistrict", "name", "direction", "block", "number"],
    UNIT,
];
/// The lines of an address elsewhere.
const WESTERN: [&[&str]; 4] = [
    &["number", "name", "direction", "block"],
    UNIT,
    &["subdistrict", "district"],
    &["locality", "region", "postcode"],
];
/// What is told apart from the street.
const UNIT: &[&str] = &["building", "floor", "apartment", "room", "landmark", "postOfficeBox"];
/// What is around a street.
const AREA: [&str; 6] = ["postcode", "country", "region", "locality", "district", "subdistrict"];
/// How Japan is called as a country.
const JAPAN: [&str; 5] = ["jp", "jpn", "japan", "日本", "日本国"];

/// An address, its lines divided as RFC 4517 §3.3.28 says; empty where it says nothing.
pub(super) fn postal(address: &Address) -> String {
    let full = address.full.clone().filter(|full| !full.trim().is_empty());
    let whole = full.unwrap_or_else(|| {
        if address.is_ordered { as_ordered(address) } else { as_usual(address).join("\n") }
    });
    let lines = whole.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(|line| line.replace('\\', "\\5C").replace('$', "\\24")).collect();
    lines.join("$")
}

/// The parts in their own order; a separator stands in the place of the default one (RFC 9553 §2.5.1.2).
fn as_ordered(address: &Address) -> String {
    let usual = if is_japanese(address) { "" } else { " " };
    let between = address.default_separator.as_deref().unwrap_or(usual);
    let mut whole = String::new();
    let mut separated = true;
    for part in &address.components {
        let separates = part.kind == "separator";
        if !separates && !separated {
            whole.push_str(between);
        }
        whole.push_str(&part.value);
        separated = separates;
    }
    whole
}

/// The lines as they are written where the address is.
fn as_usual(address: &Address) -> Vec<String> {
    let japanese = is_japanese(address);
    let mut lines: Vec<String> = if japanese {
        JAPANESE.iter().map(|kinds| japanese_line(address, kinds)).collect()
    } else {
        WESTERN.iter().map(|kinds| parts(address, kinds).join(" ")).collect()
    };
    let countries = parts(address, &["country"]);
    lines.extend(countries.into_iter().filter(|country| !japanese || !is_japan(country)).map(str::to_owned));
    lines
}

fn japanese_line(address: &Address, kinds: &[&str]) -> String {
    let parts = parts(address, kinds);
    match kinds {
        ["postcode"] => {
            let marked = parts.iter().map(|code| format!("〒{}", code.trim_start_matches('〒').trim()));
            marked.collect::<Vec<_>>().join(" ")
        }
        ["region", ..] => run_together(&parts),
        _ => parts.join(" "),
    }
}

/// One after the other without a space; what begins with the parts before it says them itself.
fn run_together(parts: &[&str]) -> String {
    let mut line = String::new();
    let mut last = "";
    for part in parts {
        let known =
            [line.as_str(), last].into_iter().find(|it| it.chars().count() > 1 && part.starts_with(it));
        let rest = part.get(known.map_or(0, str::len)..).unwrap_or_default();
        match (line.chars().next_back(), rest.chars().next()) {
            (Some(before), Some(after)) if known.is_none() && before.is_numeric() && after.is_numeric() => {
                line.push('-');
            }
            (Some(before), Some(after)) if known.is_none() && !is_cjk(before) && !is_cjk(after) => {
                line.push(' ');
            }
            _ => {}
        }
        line.push_str(rest);
        last = part;
    }
    line
}

/// The parts of these kinds in the order of the kinds. Of a street none twice: many programs say it in whole and in parts.
fn parts<'a>(address: &'a Address, kinds: &[&str]) -> Vec<&'a str> {
    let mut found: Vec<(bool, &str)> = Vec::new();
    for kind in kinds {
        let of_street = !AREA.contains(kind);
        let of_kind = |part: &&Component| part.kind == *kind || *kind == "name" && !is_known(&part.kind);
        for part in address.components.iter().filter(of_kind) {
            let part = (of_street, part.value.trim());
            let is_said = of_street && found.contains(&part);
            if !part.1.is_empty() && !is_said {
                found.push(part);
            }
        }
    }
    let is_said = |part: &str| found.iter().any(|(of_street, whole)| *of_street && contains(whole, part));
    let told = found.iter().filter(|(of_street, part)| !of_street || !is_said(part));
    told.map(|(_, part)| *part).collect()
}

/// Whether `whole` says `part` and more, and not as a piece of a word or number.
fn contains(whole: &str, part: &str) -> bool {
    whole != part
        && whole.match_indices(part).any(|(at, _)| {
            let before = whole.get(..at).and_then(|it| it.chars().next_back());
            let after = whole.get(at + part.len()..).and_then(|it| it.chars().next());
            let at_an_end = before.is_none() || after.is_none();
            let ends = |beside: Option<char>, edge: Option<char>| {
                beside.zip(edge).is_none_or(|(beside, edge)| {
                    !beside.is_alphanumeric() || at_an_end && beside.is_numeric() != edge.is_numeric()
                })
            };
            ends(before, part.chars().next()) && ends(after, part.chars().next_back())
        })
}

fn is_known(kind: &str) -> bool {
    let western = WESTERN.iter().flat_map(|kinds| kinds.iter());
    western.chain(&["country", "separator"]).any(|known| *known == kind)
}

fn is_japanese(address: &Address) -> bool {
    address.country_code.as_deref().is_some_and(is_japan)
        || address
            .components
            .iter()
            .any(|part| part.kind == "country" && is_japan(&part.value) || part.value.chars().any(is_cjk))
}

fn is_japan(country: &str) -> bool {
    JAPAN.contains(&country.trim().to_lowercase().as_str())
}

/// Whether it is kana or kanji.
fn is_cjk(c: char) -> bool {
    matches!(c, '々' | '〇' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
        || matches!(c, '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(parts: &[(&str, &str)]) -> Address {
        let component = |(kind, value): &(&str, &str)| Component {
            kind: (*kind).to_owned(),
            value: (*value).to_owned(),
            phonetic: None,
        };
        Address { components: parts.iter().map(component).collect(), ..Address::default() }
    }

    #[test]
    fn parts_become_lines_as_they_are_written_there() {
        let cases: [(&[(&str, &str)], &str); 10] = [
            (
                &[
                    ("name", "1-2-3"),
                    ("locality", "東雲市"),
                    ("region", "北海道"),
                    ("postcode", "080-0000"),
                    ("country", "日本"),
                ],
                "〒080-0000$北海道東雲市1-2-3",
            ),
            (
                &[
                    ("name", "東雲市1-2-3"),
                    ("locality", "東雲市"),
                    ("region", "北海道"),
                    ("postcode", "〒080-0000"),
                ],
                "〒080-0000$北海道東雲市1-2-3",
            ),
            (
                &[
                    ("apartment", "第一ビル"),
                    ("room", "301"),
                    ("name", "東3条南"),
                    ("block", "3"),
                    ("number", "5"),
                    ("locality", "帯広市"),
                ],
                "帯広市東3条南3-5$第一ビル 301",
            ),
            (&[("name", "東1条"), ("number", "1"), ("locality", "帯広市")], "帯広市東1条1"),
            (&[("name", "中山路1号"), ("locality", "青島市"), ("country", "中国")], "青島市中山路1号$中国"),
            (
                &[
                    ("name", "1-2 Marunouchi"),
                    ("locality", "Chiyoda-ku"),
                    ("region", "Tokyo"),
                    ("country", "Japan"),
                ],
                "Tokyo Chiyoda-ku 1-2 Marunouchi",
            ),
            (
                &[
                    ("name", "54321 Oak St"),
                    ("locality", "Reston"),
                    ("region", "VA"),
                    ("postcode", "20190"),
                    ("country", "USA"),
                ],
                "54321 Oak St$Reston VA 20190$USA",
            ),
            (
                &[
                    ("name", "123 Main Street"),
                    ("locality", "Any Town"),
                    ("number", "123"),
                    ("name", "Main Street"),
                    ("floor", "3"),
                ],
                "123 Main Street$3$Any Town",
            ),
            (
                &[("locality", "New York"), ("region", "New York"), ("name", "5 Oak St")],
                "5 Oak St$New York New York",
            ),
            (
                &[("name", "Route 12"), ("number", "1"), ("name", "a$b\\c"), ("separator", ", ")],
                "1 Route 12 a\\24b\\5Cc",
            ),
        ];
        for (parts, lines) in cases {
            assert_eq!(postal(&address(parts)), lines);
        }
        let coded = Address {
            country_code: Some("JP".to_owned()),
            ..address(&[("name", "Odori"), ("region", "Hokkaido")])
        };
        assert_eq!(postal(&coded), "Hokkaido Odori");
        let full = Address { full: Some("北海道\n東雲市".to_owned()), ..address(&[("name", "x")]) };
        assert_eq!(postal(&full), "北海道$東雲市");
        let blank = Address { full: Some(" ".to_owned()), ..address(&[("name", "Odori")]) };
        assert_eq!(postal(&blank), "Odori");
    }

    #[test]
    fn an_order_of_its_own_is_kept() {
        let ordered = |parts: &[(&str, &str)], between: Option<&str>| {
            postal(&Address {
                is_ordered: true,
                default_separator: between.map(str::to_owned),
                ..address(parts)
            })
        };
        let parts = [
            ("number", "54321"),
            ("separator", " "),
            ("name", "Oak St"),
            ("locality", "Reston"),
            ("region", "VA"),
        ];
        assert_eq!(ordered(&parts, Some(", ")), "54321 Oak St, Reston, VA");
        assert_eq!(ordered(&parts, None), "54321 Oak St Reston VA");
        let parts = [
            ("region", "北海道"),
            ("locality", "東雲市"),
            ("separator", "\n"),
            ("name", "1-2-3"),
            ("country", "日本"),
        ];
        assert_eq!(ordered(&parts, None), "北海道東雲市$1-2-3日本");
    }
}
