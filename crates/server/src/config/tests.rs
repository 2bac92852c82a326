use super::*;

fn read(text: &str) -> Result<Config, Faults> {
    Config::read("renraku.toml", text, [])
}

fn complaints(text: &str) -> Vec<String> {
    read(text)
        .unwrap_err()
        .0
        .into_iter()
        .map(|fault| format!("{}: {}", fault.place, fault.complaint))
        .collect()
}

#[test]
fn what_is_printed_is_what_holds_when_nothing_is_written() {
    assert_eq!(read(&printed()).unwrap(), read("").unwrap());
    assert!(printed().lines().all(|line| line.len() <= 110));
}

#[test]
fn the_environment_wins_over_the_file() {
    let variables =
        [("RENRAKU_LOG_FORMAT".to_owned(), "json".to_owned()), ("PATH".to_owned(), "/bin".to_owned())];
    let config = Config::read("f", "[log]\nformat = \"text\"\n[database]\npool = 9\n", variables).unwrap();
    assert_eq!((config.log.format, config.database.pool), (LogFormat::Json, 9));
}

#[test]
fn a_wrong_setting_is_told_with_its_line_and_what_to_write() {
    assert_eq!(
        complaints("[server]\nlisten = \"0.0.0.0:80\"\nworker = 2\n[smpt]\n"),
        [
            "renraku.toml:3: there is no setting worker in [server]; did you mean workers?",
            "renraku.toml:4: there is no section [smpt]; did you mean smtp?",
        ]
    );
    assert_eq!(
        complaints("[server]\nlisten = 8080\n\n[database]\nurl = \"mysql://x\"\npool = 0\n"),
        [
            "renraku.toml:2: listen must be an IP address and a port, like \"127.0.0.1:8080\" or \"0.0.0.0:8080\"",
            "renraku.toml:5: url must be a database URL, like \"sqlite:/var/lib/renraku/renraku.db\" or \
             \"postgres://renraku@db.internal/renraku\"",
            "renraku.toml:6: pool must be a whole number from 1 to 256, like 4",
        ]
    );
    assert!(complaints("[log]\nlevel = \"info\n")[0].starts_with("renraku.toml:2: "));
    let variables = [("RENRAKU_LOG_FORMT".to_owned(), "json".to_owned())];
    let faults = Config::read("f", "", variables).unwrap_err();
    assert_eq!(faults.0[0].complaint, "there is no such setting; did you mean RENRAKU_LOG_FORMAT?");
}

#[test]
fn a_password_is_not_shown() {
    let config = read("[smtp]\npassword = \"geheim\"\n").unwrap();
    assert!(!format!("{config:?}").contains("geheim"));
}

#[test]
fn a_level_that_would_silence_the_log_is_refused() {
    for good in ["info", "WARN", "info,renraku_mail=debug", "warn, renraku_db=off"] {
        assert!(read(&format!("[log]\nlevel = {good:?}\n")).is_ok(), "{good}");
    }
    for bad in ["loud", "", "renraku_mail=debug", "info,loud", "info,x=loud"] {
        let complaint = &complaints(&format!("[log]\nlevel = {bad:?}\n"))[0];
        assert!(
            complaint.starts_with("renraku.toml:2: level must be error, warn, info, debug or trace"),
            "{complaint}"
        );
    }
}

#[test]
fn an_empty_data_folder_is_refused_and_a_key_outside_of_sections_is_told_where_it_belongs() {
    assert!(complaints("[server]\ndata_dir = \"\"\n")[0].contains("must be the path of a folder"));
    assert_eq!(
        complaints("listen = \"127.0.0.1:80\"\nlissen = 1\n"),
        [
            "renraku.toml:1: listen stands in no section: write it below [server]",
            "renraku.toml:2: there is no setting lissen, and it stands in no section; did you mean listen?",
        ]
    );
}

#[test]
fn what_is_wrong_is_told_at_once_also_when_some_of_it_is_no_toml() {
    let complaints = complaints("[server]\nlisten = \nworkers = \"two\"\n[log]\nlevel = loud\n");
    let lines: Vec<&str> = complaints.iter().filter_map(|complaint| complaint.split(": ").next()).collect();
    assert!(
        ["renraku.toml:2", "renraku.toml:3", "renraku.toml:5"].iter().all(|line| lines.contains(line)),
        "{complaints:?}"
    );
}

#[test]
fn a_section_whose_name_cannot_be_read_is_told_alone() {
    let open = "unclosed table, expected `]`: the name of a section stands in brackets, like [server]";
    assert_eq!(
        complaints("[server\nx"),
        [format!("renraku.toml:1: {open}"), "renraku.toml:2: key with no value, expected `=`".to_owned()]
    );
    let rest = "listen = \"127.0.0.1:0\"\n[log]\nlevel = 1\n";
    let complaints = complaints(&format!("[server\n{rest}"));
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(
        complaints[0].ends_with(open) && complaints[1].starts_with("renraku.toml:4: level"),
        "{complaints:?}"
    );
}

#[test]
fn the_settings_of_the_containers_are_taken() {
    let file = include_str!("../../../../docker-compose.yml");
    let ours = |line: &str| {
        let (name, value) = line.trim().split_once(": ")?;
        name.starts_with("RENRAKU_").then(|| (name.to_owned(), value.trim_matches('"').to_owned()))
    };
    let variables: Vec<(String, String)> = file.lines().filter_map(ours).collect();
    assert!(variables.len() > 5);
    let missing_folder = |faults: &Faults| faults.0.iter().all(|fault| fault.place.ends_with("MAILDIRS"));
    let read = Config::read("f", "", variables);
    assert!(
        read.as_ref().is_ok_and(|config| !config.mail.maildirs.is_empty())
            || read.as_ref().is_err_and(missing_folder),
        "{read:?}"
    );
}
