//! The staff from a table, and the yearly transfer, by the command line.

use std::fs;

use crate::office::renraku;

struct Office(tempfile::TempDir);

impl Office {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Runs a command; answers with its exit status and what it printed.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = renraku()
            .args(arguments)
            .env("RENRAKU_SERVER_DATA_DIR", self.0.path().join("data"))
            .current_dir(self.0.path())
            .output()
            .unwrap();
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
         1 others of the directory are not in the file and stay as they are.\n"
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
    let day = ["--effective", "2999-04-01"];
    let (status, said) = office.import(april, &[&day[..], &["--dry-run"]].concat());
    assert!(
        status == Some(0) && said.ends_with("This was a dry run for 2999-04-01, nothing is stored.\n"),
        "{said}"
    );
    assert!(office.run(&["roster", "show"]).1.contains("nothing waits"));
    let (status, said) = office.import(april, &[&day[..], &["--end-missing"]].concat());
    assert!(status == Some(0) && said.contains("Nothing has changed yet"), "{said}");
    let (_, said) = office.run(&["roster", "show", "2999-04-01"]);
    assert!(said.contains("post 総務部/財政課 主事 → 農政部 主任"), "{said}");
    assert!(said.contains("leaves     0001 佐藤 花子"), "{said}");
    assert!(office.run(&["roster", "list"]).1.starts_with("2999-04-01\tprepared\t"));
    assert!(office.run(&["doctor"]).1.contains("Nothing is wrong."));
    assert_eq!(
        office.import(TABLE, &["--dry-run"]).1.lines().next(),
        Some("0 new, 0 changed, 2 as they were, 0 left; 0 new units")
    );
    assert_eq!(office.run(&["roster", "cancel", "2999-04-01"]).1, "2999-04-01\tcancelled\n");
    assert_eq!(office.run(&["roster", "cancel", "2999-04-01"]).0, Some(1));
    // A day that has come is today.
    let (_, said) = office.import(april, &["--effective", "2026-04-01"]);
    assert!(said.starts_with("0 new, 1 changed,"), "{said}");
}
