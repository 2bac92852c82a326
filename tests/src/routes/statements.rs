//! No request costs more statements because there is more to show.

use super::{
    office::Office,
    table::{Route, routes},
};
use crate::harness::{Answer, TestServer, on_each_backend};

const FEW: usize = 5;
const MANY: usize = 60;

/// What has no list in it that grows: a stream, and what is not for phones.
const OUTSIDE: &[&str] = &[
    "push",
    "/metrics",
    "/health/live",
    "/health/ready",
    "/.well-known/jwks.json",
    // With a password of its own.
    "/phonebook/{form}.xml",
];

/// How many statements a request takes; what the server does by itself meanwhile does not count.
fn statements(server: &TestServer, request: impl Fn() -> Answer) -> u64 {
    let counts = (0..10).map(|_| {
        let before = server.db().statements();
        request();
        server.db().statements() - before
    });
    counts.min().unwrap()
}

/// The reads of a route: each with a name that stays the same while the office grows.
fn reads(route: &Route, office: &Office) -> Vec<String> {
    let path = match route.kind() {
        None => route.path.clone(),
        Some(kind) => {
            let ids = office.ids(kind);
            route.of(ids
                .last()
                .unwrap_or_else(|| panic!("say in Office how a {kind} is made: {}", route.path)))
        }
    };
    route.queries(&path, office)
}

/// What each read of every route costs, in the order of the table, with whether it showed anything.
fn costs(server: &TestServer, office: &Office) -> Vec<(String, u64)> {
    let mut costs = Vec::new();
    for route in routes() {
        if route.method != "GET" || OUTSIDE.contains(&route.path.as_str()) {
            continue;
        }
        let mut shown = false;
        for (n, path) in reads(&route, office).into_iter().enumerate() {
            // With the largest page wherever there are pages.
            let path = if route.queries("", office).iter().any(|query| query.contains("limit="))
                && !path.contains("limit=")
            {
                format!("{path}{}limit=500", if path.contains('?') { '&' } else { '?' })
            } else {
                path
            };
            shown |= office.owner.get(&path).status == 200;
            costs.push((format!("{} #{n}", route.path), statements(server, || office.owner.get(&path))));
        }
        assert!(shown, "{} is never answered with 200", route.path);
    }
    costs
}

fn assert_not_more(few: &[(String, u64)], many: &[(String, u64)]) {
    assert_eq!(few.len(), many.len());
    let grown: Vec<String> = few
        .iter()
        .zip(many)
        .filter(|((_, few), (_, many))| many > few)
        .map(|((name, few), (_, many))| format!("{name}: {few} statements for few items, {many} for many"))
        .collect();
    assert!(grown.is_empty(), "{}", grown.join("\n"));
}

#[test]
fn no_read_takes_more_statements_for_more_items() {
    on_each_backend(|server| {
        let mut office = Office::of(server.db(), server.staff("hanako"));
        let mut word = |_: &str| "word".to_owned();
        (0..FEW).for_each(|_| office.grow(&mut word));
        server.run_due_jobs();
        let few = costs(server, &office);
        (FEW..MANY).for_each(|_| office.grow(&mut word));
        server.run_due_jobs();
        assert_not_more(&few, &costs(server, &office));
    });
}
