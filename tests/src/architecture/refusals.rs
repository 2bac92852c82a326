//! Every code of a refusal has a text in both languages and a line in `docs/ERRORS.md`.
//!
//! `WRITE_DOCS=1` writes the page anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write,
    fs,
};

use renraku_base::Language;
use renraku_rest::Locales;
use reqwest::StatusCode;

use super::sources::{assert_none, files, root};

const PAGE: &str = "docs/ERRORS.md";

/// Each code with the classes of the refusals that carry it, read off the `impl Fault` of every crate.
fn codes() -> BTreeMap<String, BTreeSet<String>> {
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut enums = 0;
    for file in files("crates", ".rs") {
        let Some((_, fault)) =
            file.text.split_once("Fault for ").filter(|(before, _)| before.ends_with("impl "))
        else {
            continue;
        };
        enums += 1;
        let kinds = arms(fault, "fn kind");
        let literal = |(variant, to): (String, String)| {
            Some((variant, to.strip_prefix('"')?.strip_suffix('"')?.to_owned()))
        };
        for (variant, code) in arms(fault, "fn code").into_iter().filter_map(literal) {
            let kind = kinds.iter().find(|(of, _)| *of == variant).map(|(_, kind)| kind.clone());
            let kind = kind.unwrap_or_else(|| panic!("{}: {variant} has a code and no kind", file.path));
            codes.entry(code).or_default().insert(kind.trim_start_matches("Kind::").to_owned());
        }
    }
    assert!(enums > 5, "the refusals are not where they are looked for");
    codes
}

/// The arms of the `match` in the function `name`: each variant and what it gives.
fn arms(fault: &str, name: &str) -> Vec<(String, String)> {
    let body = fault.split_once(name).unwrap().1.split_once("match ").unwrap().1.split_once('{').unwrap().1;
    let body = body.split_once("\n    }").unwrap().0;
    let lines: Vec<&str> = body.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
    let body = lines.join(" ");
    let mut pieces = body.split("=>");
    let mut pattern = pieces.next().unwrap_or_default();
    let mut arms = Vec::new();
    for piece in pieces {
        let piece = piece.trim_start_matches([' ', '{']);
        let (value, next) = piece.split_at(piece.find([',', ' ']).unwrap_or(piece.len()));
        arms.extend(pattern.split("Self::").skip(1).map(|variant| (word(variant), value.to_owned())));
        pattern = next;
    }
    arms
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The status of each class, read off the one table that says it.
fn statuses() -> BTreeMap<String, u16> {
    let table = fs::read_to_string(root().join("crates/web/src/status.rs")).unwrap();
    let by_name: BTreeMap<String, u16> = (400..600)
        .filter_map(|number| StatusCode::from_u16(number).ok())
        .filter_map(|status| {
            let name = status.canonical_reason()?.to_uppercase().replace([' ', '-'], "_");
            Some((name, status.as_u16()))
        })
        .collect();
    let lines =
        table.lines().filter_map(|line| line.trim().strip_prefix("Kind::")?.split_once(" => StatusCode::"));
    lines.map(|(kind, name)| (kind.to_owned(), by_name[name.trim_end_matches(',')])).collect()
}

#[test]
fn every_code_has_a_text_in_both_languages_and_every_text_a_code() {
    let used: BTreeSet<String> = codes().into_keys().collect();
    let locales = Locales::load().map_err(|error| error.to_string()).unwrap();
    for language in [Language::Ja, Language::En] {
        let texts: BTreeSet<String> = locales.of(language).codes().map(str::to_owned).collect();
        let missing: Vec<String> = used.difference(&texts).cloned().collect();
        assert_none(&format!("no text in {language}"), &missing);
        let unused: Vec<String> = texts.difference(&used).cloned().collect();
        assert_none(&format!("a text in {language} that nothing says"), &unused);
    }
}

#[test]
fn every_field_fault_has_a_text_in_both_languages() {
    let locales = Locales::load().map_err(|error| error.to_string()).unwrap();
    let mut faults = Vec::new();
    for file in files("crates", ".rs").iter().filter(|file| is_sent(&file.path)) {
        for call in file.text.split("FieldFault::new(").skip(1) {
            let Some(code) = second_argument(call).strip_prefix('"').and_then(|code| code.strip_suffix('"'))
            else {
                continue;
            };
            for language in [Language::Ja, Language::En] {
                if locales.of(language).field(code).is_none() {
                    faults.push(format!("field.{code} in {language} ({})", file.path));
                }
            }
        }
    }
    faults.sort();
    faults.dedup();
    assert_none("no text", &faults);
}

/// Whether what the file refuses is told to a client: neither a test nor the filling of the demo office is.
fn is_sent(path: &str) -> bool {
    !path.contains("/tests") && !path.starts_with("crates/server/")
}

/// The second argument of a call whose opening bracket was just read.
fn second_argument(call: &str) -> &str {
    let (mut depth, mut quoted, mut begins) = (0, false, None);
    for (at, c) in call.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return call[begins.unwrap_or(at)..at].trim(),
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => match begins {
                None => begins = Some(at + 1),
                Some(begins) => return call[begins..at].trim(),
            },
            _ => {}
        }
    }
    ""
}

#[test]
fn the_page_of_errors_is_up_to_date() {
    let page = page();
    let path = root().join(PAGE);
    if env::var_os("WRITE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "{PAGE} is out of date: WRITE_DOCS=1 cargo test -p renraku-tests errors");
}

fn page() -> String {
    let locales = Locales::load().map_err(|error| error.to_string()).unwrap();
    let (ja, en) = (locales.of(Language::Ja), locales.of(Language::En));
    let statuses = statuses();
    let mut page = String::from(
        "# Refusals\n\n\
         Every refusal is `application/problem+json` (RFC 9457) with the stable `code` below and the `type`\n\
         `urn:renraku:problem:<code>`; `title` and `detail` come in the language that `Accept-Language` asks for.\n\
         This page is generated from the code by a test (`WRITE_DOCS=1 cargo test -p renraku-tests errors`).\n\n\
         ## Codes\n\n\
         | code | status | what is wrong | what to do | 日本語 |\n| --- | --- | --- | --- | --- |\n",
    );
    for (code, kinds) in codes() {
        let number = |kind: &String| {
            statuses.get(kind).unwrap_or_else(|| panic!("{code}: no status for {kind}")).to_string()
        };
        let numbers: BTreeSet<String> = kinds.iter().map(number).collect();
        let numbers = numbers.into_iter().collect::<Vec<_>>().join(", ");
        let details = |language| {
            let texts = locales.of(language);
            let details: Vec<&str> = [texts.detail(&code)].into_iter().chain(texts.manage(&code)).collect();
            details.join(" / ")
        };
        let (title, detail) = (en.title(&code), details(Language::En));
        writeln!(
            page,
            "| `{code}` | {numbers} | {title} | {detail} | {}。{} |",
            ja.title(&code),
            details(Language::Ja)
        )
        .unwrap();
    }
    page.push_str(
        "\n## Fields\n\n\
         The members of `errors` name each field at fault by JSON Pointer (a query parameter or header by its name), with one\n\
         of these codes.\n\n\
         | code | what to do | 日本語 |\n| --- | --- | --- |\n",
    );
    let fields: BTreeSet<&str> = en.fields().collect();
    for code in fields {
        writeln!(
            page,
            "| `{code}` | {} | {} |",
            en.field(code).unwrap_or_default(),
            ja.field(code).unwrap_or_default()
        )
        .unwrap();
    }
    page
}
