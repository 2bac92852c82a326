//! The staff from a table, and the yearly transfer, by the command line.

use std::{fs, io::Write, process::Stdio};

use chrono::Months;
use renraku_base::{Clock, SystemClock};
use renraku_people::directory::service::office_day;

use crate::office::renraku;

struct Office(tempfile::TempDir);

impl Office {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Runs a command; answers with its exit status and what it printed.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut process = renraku()
            .args(arguments)
            .env("RENRAKU_SERVER_DATA_DIR", self.0.path().join("data"))
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that asks for no password does not read it.
        let _unread = process.stdin.take().unwrap().write_all(b"himitsu-2026\n");
        let output = process.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    }

    fn import(&self, table: impl AsRef<[u8]>, more: &[&str]) -> (Option<i32>, String) {
        fs::write(self.0.path().join("s.csv"), table).unwrap();
        self.run(&[&["import", "people", "s.csv"], more].concat())
    }
}

const TABLE: &str = "職員番号,氏名,カナ,所属,職名,内線,外線,携帯,メール\r\n\
    0001,佐藤　花子,ｻﾄｳ ﾊﾅｺ,総務部/人事課,課長,７９０１,0155-99-7901,,hanako@pref.example.jp\r\n\r\n\
    0002,髙橋 一郎,タカハシ イチロウ,総務部/財政課,主事,7902,0155-99-7902,090-5555-7902,ichiro@pref.example.jp\r\n\
    0001,佐藤 花子,,総務部,参事,7901,,,\r\n";

#[test]
fn the_staff_come_from_a_table_in_either_encoding_and_change_by_it() {
    let office = Office::new();
    let dry = "new unit   総務部\nnew unit   総務部/人事課\nnew unit   総務部/財政課\n\
               new        0001 佐藤 花子  総務部/人事課 課長 + 総務部 参事\n\
               new        0002 髙橋 一郎  総務部/財政課 主事\n\
               2 new, 0 changed, 0 as they were, 0 left; 3 new units\n\
               This was a dry run, nothing is stored.\n";
    assert_eq!(office.import(TABLE, &["--dry-run"]), (Some(0), dry.to_owned()));
    let (shift_jis, _, unmapped) = encoding_rs::SHIFT_JIS.encode(TABLE);
    assert!(!unmapped);
    assert_eq!(office.import(shift_jis, &[]).1, "2 new, 0 changed, 0 as they were, 0 left; 3 new units\n");
    let same = "0 new, 0 changed, 2 as they were, 0 left; 0 new units\n";
    assert_eq!(office.import(format!("\u{feff}{TABLE}"), &[]).1, same);
    let moved = "email,Unit,POST,name,staffNumber\n,農政部,主任,髙橋 一郎,0002\n";
    let (status, said) = office.import(moved, &["--dry-run"]);
    assert_eq!(status, Some(0));
    let difference = "changed    0002 髙橋 一郎  post 総務部/財政課 主事 → 農政部 主任; email ichiro@pref.example.jp → -\n";
    assert!(said.contains(difference), "{said}");
    assert_eq!(
        office.import(moved, &[]).1,
        "0 new, 1 changed, 0 as they were, 0 left; 1 new units\n\
         1 others of the directory are not named and stay as they are.\n"
    );
    assert_eq!(office.run(&["roster", "undo"]).0, Some(0));
    assert_eq!(office.import(TABLE, &[]).1, same);
    assert!(office.run(&["doctor"]).1.contains("Nothing is wrong."));
}

#[test]
fn of_staff_with_a_bad_line_nobody_is_taken() {
    let office = Office::new();
    let bad =
        format!("{TABLE}0003,,,,,,,,\r\n0001,別人 太郎,,,,,,,\r\n0004,鈴木,,,,1,,,x\r\n0005,\"田中\r\n");
    let (status, said) = office.import(&bad, &[]);
    assert_eq!(status, Some(1));
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(
        said,
        [
            "s.csv:6: name (氏名) is empty",
            "s.csv:7: staffNumber: 0001 is 佐藤 花子 in line 2 and 別人 太郎 here: one number is one person's",
            "s.csv:8: email: x is no mail address: write one like hanako@pref.example.jp",
            "s.csv:8: extension: 1 is no extension: write 2 to 10 digits, like 7901",
            "s.csv:9: a quote is opened and not closed",
            "Nothing was imported: 4 of the lines cannot be taken.",
        ]
    );
    for (table, told) in [
        (&b"name,kana\nA,\n"[..], "s.csv:1: the column staffNumber (職員番号) is missing"),
        (b"staffNumber,name,staffnumber\n1,A,2\n", "s.csv:1: the column staffNumber is there twice"),
        (b"staffNumber,name,age\n1,A,2\n", "s.csv:1: there is no column age: write staffNumber"),
        (b"staffNumber,name\n1,A\n2,\x82\n\xff\n", "s.csv:3: this is neither UTF-8 nor Shift_JIS"),
        (b"staffNumber,name\n1,A\n2\n", "s.csv:3: there are 1 cells below 2 columns: is the line cut?"),
        (b"", "s.csv:1: the file is empty"),
    ] {
        let (status, said) = office.import(table, &["--dry-run"]);
        assert!(status == Some(1) && said.starts_with(told), "{said}");
    }
    assert_eq!(
        office.import(TABLE, &[]).1.lines().next(),
        Some("2 new, 0 changed, 0 as they were, 0 left; 3 new units")
    );
}

#[test]
fn an_offices_own_titles_are_mapped_by_a_file() {
    let office = Office::new();
    fs::write(office.0.path().join("c.toml"), "\"社員ID\" = \"staffNumber\"\n\"年齢\" = \"\"\n").unwrap();
    let table = "社員ID,氏名,年齢\n1,佐藤 花子,41\n";
    assert_eq!(office.import(table, &[]).0, Some(1));
    let (status, said) = office.import(table, &["--columns", "c.toml"]);
    assert_eq!(
        (status, said.lines().next()),
        (Some(0), Some("1 new, 0 changed, 0 as they were, 0 left; 0 new units"))
    );
    fs::write(office.0.path().join("c.toml"), "\"社員ID\" = \"id\"\n").unwrap();
    let (status, said) = office.import(table, &["--columns", "c.toml"]);
    assert!(status == Some(1) && said.contains("c.toml: 社員ID: there is no column id"), "{said}");
}

#[test]
fn a_transfer_waits_for_its_day() {
    let office = Office::new();
    assert_eq!(office.import(TABLE, &[]).0, Some(0));
    let april = "職員番号,氏名,所属,職名\n0002,髙橋 一郎,農政部,主任\n";
    let next_year = office_day(SystemClock.now()) + Months::new(12);
    let date = next_year.to_string();
    let day = ["--effective", &date];
    let (status, said) = office.import(april, &[&day[..], &["--dry-run"]].concat());
    assert!(
        status == Some(0) && said.ends_with(&format!("This was a dry run for {date}, nothing is stored.\n")),
        "{said}"
    );
    assert!(office.run(&["roster", "show"]).1.contains("nothing waits"));
    let (status, said) = office.import(april, &[&day[..], &["--end-missing"]].concat());
    assert!(status == Some(0) && said.contains("Nothing has changed yet"), "{said}");
    let (_, said) = office.run(&["roster", "show", &date]);
    assert!(said.contains("post 総務部/財政課 主事 → 農政部 主任"), "{said}");
    assert!(said.contains("leaves     0001 佐藤 花子"), "{said}");
    let (_, listed) = office.run(&["roster", "list"]);
    assert!(listed.starts_with(&format!("{date}\tprepared\t")), "{listed}");
    assert!(listed.contains("\t1 person\ts.csv\n"), "{listed}");
    assert_eq!(office.run(&["roster", "announce", &date]), (Some(0), format!("{date}\tannounced\n")));
    assert!(office.run(&["roster", "list"]).1.starts_with(&format!("{date}\tannounced\t")));
    assert!(office.run(&["roster", "announce", "2001-04-01"]).0 != Some(0), "nothing waits for that day");
    assert!(
        listed.contains("\t2 new, 0 returned, 0 changed, 0 left\ts.csv\t`renraku roster undo` takes it back"),
        "{listed}"
    );
    assert!(office.run(&["doctor"]).1.contains("Nothing is wrong."));
    assert_eq!(
        office.import(TABLE, &["--dry-run"]).1.lines().next(),
        Some("0 new, 0 changed, 2 as they were, 0 left; 0 new units")
    );
    assert_eq!(office.run(&["roster", "cancel", &date]).1, format!("{date}\tcancelled\n"));
    assert_eq!(office.run(&["roster", "cancel", &date]).0, Some(1));
    // A day that is over is said, and one that nobody can mean is refused.
    let (_, said) = office.import(april, &["--effective", "2026-04-01"]);
    assert!(
        said.starts_with("2026-04-01 is over: it takes effect at once") && said.contains("0 new, 1 changed,"),
        "{said}"
    );
    let far = (next_year + Months::new(13)).to_string();
    let (status, said) = office.import(april, &["--effective", &far]);
    assert!(status == Some(1) && said.contains("more than two years ahead"), "{said}");
    for unread in ["4/1", "令和9年4月1日"] {
        let (status, said) = office.import(april, &["--effective", unread]);
        assert!(status == Some(2) && said.contains("like 2027-04-01"), "{said}");
    }
}

const HEAD: &str = "職員番号,氏名,カナ,所属,職名,内線,外線,携帯,メール\n";

#[test]
fn who_has_an_account_before_the_sheet_comes_is_the_same_person_after_it() {
    let office = Office::new();
    for (user, name, kana) in
        [("hanako", "佐藤 花子", "サトウ ハナコ"), ("taro", "髙橋 太郎", "タカハシ タロウ")]
    {
        let email = format!("{user}@pref.example.jp");
        let (status, said) =
            office.run(&["user", "add", user, "--email", &email, "--name", name, "--kana", kana]);
        assert_eq!(status, Some(0), "{said}");
    }
    let sheet = format!(
        "{HEAD}000123,佐藤 花子,,総務部/人事課,係長,,,,hanako@pref.example.jp\n000124,髙橋 太郎,,総務部/人事課,主任,,,,\n"
    );
    let (_, said) = office.import(&sheet, &["--dry-run"]);
    assert!(said.contains("changed    000123 佐藤 花子  staffNumber - → 000123"), "{said}");
    assert!(
        said.contains(
            "\nlook at    000124 髙橋 太郎 is new, and 髙橋 太郎 is in the directory without a staff number"
        ),
        "{said}"
    );
    let (status, said) = office.run(&["user", "number", "taro", "000124"]);
    assert!(status == Some(0) && said.starts_with("taro\t000124\t"), "{said}");
    let (_, said) = office.import(&sheet, &[]);
    assert_eq!(said, "0 new, 2 changed, 0 as they were, 0 left; 2 new units\n");
    let (status, said) = office.run(&["user", "number", "taro", "000123"]);
    assert!(status == Some(1) && said.contains("another person"), "{said}");
    let (status, said) = office.run(&["user", "add", "hana", "--email", "hanako@pref.example.jp"]);
    assert!(
        status == Some(1)
            && said.contains("佐藤 花子 (hanako@pref.example.jp) has the account hanako already"),
        "{said}"
    );
    let (_, said) = office.run(&["user", "list"]);
    let listed: Vec<Vec<&str>> = said.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(listed[0][3..], ["佐藤 花子", "hanako@pref.example.jp", "listed"]);
    office.run(&["user", "suppress", "hanako"]);
    assert!(office.run(&["user", "list"]).1.contains("\thanako@pref.example.jp\tsuppressed\n"));
    let (status, said) = office.run(&["user", "app-password", "add", "taro", "--name", ""]);
    assert!(status == Some(1) && said.contains("--name: "), "{said}");
}

#[test]
fn who_comes_back_has_the_account_that_they_had() {
    let office = Office::new();
    let both = format!(
        "{HEAD}000124,森 太,,,,,,,futoshi@pref.example.jp\n000125,鈴木 一,,,,,,,hajime@pref.example.jp\n"
    );
    let one = both.lines().take(2).collect::<Vec<_>>().join("\n");
    office.import(&both, &[]);
    assert_eq!(office.run(&["user", "add", "hajime", "--email", "hajime@pref.example.jp"]).0, Some(0));
    let (_, said) = office.import(&one, &["--end-missing"]);
    assert!(said.contains("leaves     000125 鈴木 一"), "{said}");
    assert!(office.run(&["user", "list"]).1.ends_with("\tleft\n"));
    office.run(&["user", "disable", "hajime"]);
    let (_, said) = office.import(&both, &[]);
    assert_eq!(
        said,
        "returned   000125 鈴木 一  -\n           cannot sign in: `renraku user enable hajime` opens the account\n\
         0 new, 1 returned, 0 changed, 1 as they were, 0 left; 0 new units\n"
    );
    assert!(office.run(&["user", "list"]).1.ends_with("\thajime@pref.example.jp\tlisted\n"));
    let (_, said) = office.run(&["roster", "undo"]);
    assert!(said.contains("leaves     000125 鈴木 一") && said.contains("(s.csv) was taken back"), "{said}");
    let (_, said) = office.import(&both, &[]);
    assert!(said.starts_with("returned   000125"), "{said}");
}

#[test]
fn many_leave_when_it_is_said_alone() {
    let office = Office::new();
    let line =
        |number: u32| format!("{number:06},職員 {number},,総務部/人事課,,,,,s{number}@pref.example.jp\n");
    let sheet = |numbers: std::ops::Range<u32>| format!("{HEAD}{}", numbers.map(line).collect::<String>());
    assert_eq!(office.import(sheet(0..40), &[]).0, Some(0));
    let (status, said) = office.import(sheet(0..31), &["--end-missing", "--dry-run"]);
    assert!(
        status == Some(0) && said.contains("Without the dry run it would be refused: 9 of 40 would leave"),
        "{said}"
    );
    let (status, said) = office.import(sheet(0..31), &["--end-missing"]);
    assert!(status == Some(1) && said.contains("--many-leave"), "{said}");
    assert!(office.import(sheet(0..40), &["--dry-run"]).1.contains("0 new, 0 changed, 40 as they were"));
    assert_eq!(
        office.import(sheet(0..32), &["--end-missing"]).0,
        Some(0),
        "a fifth is not more than a fifth"
    );
    let (status, said) = office.import(sheet(0..2), &["--end-missing", "--many-leave"]);
    assert!(status == Some(0) && said.contains("30 left"), "{said}");
    // The zeros are gone.
    let (_, said) = office.import(sheet(0..2).replace("\n00000", "\n"), &["--end-missing"]);
    let told = "look at    1 職員 1 is new, and likely the same person as 000001 職員 1: a spreadsheet drops leading zeros";
    assert!(said.contains("2 new, 0 changed, 0 as they were, 2 left") && said.contains(told), "{said}");
}

#[test]
fn what_is_nearly_something_else_is_asked() {
    let office = Office::new();
    assert_eq!(office.import(TABLE, &[]).0, Some(0));
    let odd = "職員番号,氏名,所属,携帯\n0003,鈴木一,総務部/人亊課,090-5555-7902\n0004,森 太,総務部/第1課,090-5555-7902\n";
    let (_, said) = office.import(odd, &["--dry-run"]);
    assert!(
        said.contains("new unit   総務部/人亊課  did you mean 総務部/人事課?\nnew unit   総務部/第1課\n"),
        "{said}"
    );
    assert!(said.contains("look at    s.csv:2: name: 鈴木一: write a space"), "{said}");
    assert!(
        said.contains("look at    s.csv:3: mobile: 090-5555-7902 is the number of 0003 in line 2, too"),
        "{said}"
    );
}
