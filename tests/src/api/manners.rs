//! What holds for every request.

use serde_json::json;

use crate::harness::on_each_backend;

#[test]
fn a_server_says_that_it_lives_and_is_ready() {
    on_each_backend(|server| {
        let phone = server.anonymous();
        phone.get("/health/live").expect(200);
        assert_eq!(phone.get("/health/ready").expect(200).json(), json!({"status": "ready"}));
    });
}

#[test]
fn an_unknown_path_is_a_problem_in_the_readers_language() {
    on_each_backend(|server| {
        let phone = server.anonymous();
        let japanese = phone.get("no-such-thing").problem(404, "not-found");
        let english = phone
            .ask("GET", "no-such-thing")
            .header("accept-language", "en")
            .send()
            .problem(404, "not-found");
        assert_eq!(english["title"], "Not found");
        assert_ne!(japanese["title"], english["title"], "Japanese is the default");
    });
}
