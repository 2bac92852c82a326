use std::{fs, path::Path};

use crate::office::renraku;

struct Office(tempfile::TempDir);

impl Office {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Runs a command with its input; answers with its exit status and what it printed.
    fn run(&self, arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
        let file = self.0.path().join("input");
        fs::write(&file, input).unwrap();
        let output = renraku()
            .args(arguments)
            .env("RENRAKU_SERVER_DATA_DIR", self.0.path().join("data"))
            .current_dir(self.0.path())
            .stdin(fs::File::open(&file).unwrap())
            .output()
            .unwrap();
        let printed = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(printed).unwrap())
    }

    fn import(&self, table: impl AsRef<[u8]>, more: &[&str]) -> (Option<i32>, String) {
        fs::write(self.0.path().join("f.csv"), table).unwrap();
        self.run(&[&["import", "facilities", "f.csv"], more].concat(), b"")
    }

    fn hire(&self, user: &str, more: &[&str]) -> (Option<i32>, String) {
        let email = format!("{user}@pref.example.jp");
        let always =
            ["user", "add", user, "--email", &email, "--name", "佐藤 花子", "--kana", "サトウ ハナコ"];
        self.run(&[&always, more].concat(), b"himitsu-2026\n")
    }
}

#[test]
fn facilities_come_from_a_table_and_change_by_it() {
    let office = Office::new();
    let table = "名称,種別,定員,利用開始,利用終了,最長時間\n第1会議室,会議室,１２名,8:30,21:00:00,4:00\n公用車,車,,,,\n";
    assert_eq!(
        office.import(table, &["--dry-run"]).1.split(';').next(),
        Some("2 new, 0 changed, 0 as they were")
    );
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode(table);
    assert_eq!(office.import(shift_jis, &[]), (Some(0), "2 new, 0 changed, 0 as they were\n".into()));
    assert_eq!(office.import(table, &[]).1, "0 new, 0 changed, 2 as they were\n");
    // A column that is left out leaves what is there; a facility that is left out stays.
    assert_eq!(office.import("kind,name\nroom,第1会議室\n", &[]).1, "0 new, 0 changed, 1 as they were\n");
    let smaller = "Kind,Name,Capacity\nroom,第1会議室,8\n";
    assert_eq!(office.import(smaller, &[]).1, "0 new, 1 changed, 0 as they were\n");
    assert_eq!(office.import(table, &[]).1, "0 new, 1 changed, 1 as they were\n");
    // Who looks after it.
    assert_eq!(office.hire("hanako", &[]).0, Some(0));
    let managed = "name,kind,manager\n公用車,car,hanako\n";
    assert_eq!(office.import(managed, &[]).1, "0 new, 1 changed, 0 as they were\n");
    assert_eq!(office.import(managed, &[]).1, "0 new, 0 changed, 1 as they were\n");
    assert_eq!(
        office.import("name,kind,manager\n公用車,car,\n", &[]).1,
        "0 new, 1 changed, 0 as they were\n"
    );
}

#[test]
fn of_a_table_with_a_bad_line_nothing_is_taken() {
    let office = Office::new();
    let bad = "name,kind,capacity,opens,closes,maxDuration,manager\n\nroom A,room,4,,,,\nroom B,boat,,,,,\n\
               room C,room,many,25:00,,long,ghost\nroom D,room,-1,12:00,8:00,,\nroom A,room,,,,,\n";
    let (status, said) = office.import(bad, &[]);
    assert_eq!(status, Some(1));
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(
        said,
        [
            "f.csv:4: kind: boat is none: write room (会議室), car (公用車) or equipment (備品)",
            "f.csv:5: capacity: many is no whole number: write one like 12",
            "f.csv:5: manager: there is no user ghost",
            "f.csv:5: maxDuration: long cannot be read: write hours and minutes like 4:00, or PT4H",
            "f.csv:5: opens: 25:00 cannot be read: write a time of day like 8:30",
            "f.csv:6: capacity: a capacity is not negative",
            "f.csv:6: closes: it closes after it opens",
            "f.csv:7: name: line 3 has the same",
            "Nothing was imported: 4 of the lines cannot be taken.",
        ]
    );
    assert_eq!(office.import("name,kind\nroom A,room\n", &[]).1, "1 new, 0 changed, 0 as they were\n");
}

#[test]
fn who_is_added_has_a_place_and_numbers() {
    let office = Office::new();
    let place = ["--unit", "総務部/人事課/給与係", "--post", "主任", "--extension", "１００１"];
    let more = ["--phone", "0155-55-1001", "--mobile", "090-1234-5678", "--staff-number", "123456"];
    let (status, said) = office.hire("hanako", &[&place[..], &more].concat());
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = office.hire("taro", &["--staff-number", "123456"]);
    assert!(status == Some(1) && said.contains("staffNumber"), "{said}");
    // A refusal leaves nobody behind: neither the person nor their unit.
    assert_eq!(office.hire("taro", &["--unit", "土木部"]).0, Some(0));
    for (wrong, word) in [
        (&["--extension", "abc"][..], "write digits"),
        (&["--post", "主任"], "--unit"),
        (&["--unit", "総務部//給与係"], "a unit has a name"),
    ] {
        let (status, said) = office.hire("jiro", wrong);
        assert!(status != Some(0) && said.contains(word), "{said}");
    }
    let add = |more: &[&str]| office.run(&[&["user", "add", "jiro"], more].concat(), b"himitsu-2026\n");
    let (status, said) = add(&["--email", "bad"]);
    assert!(status != Some(0) && said.contains("bad-address"), "{said}");
    let (status, said) = add(&["--email", "jiro@pref.example.jp", "--name", "鈴木 次郎"]);
    assert!(status == Some(1) && said.contains("add --kana"), "{said}");
    for wrong in ["suzuki saburo", "鈴木 三郎", "・", ""] {
        let named = ["--email", "jiro@pref.example.jp", "--name", "鈴木 三郎", "--kana", wrong];
        let (status, said) = add(&named);
        assert!(status == Some(2) && said.contains("サトウ ハナコ"), "{wrong}: {said}");
    }
    let (status, said) = add(&["--email", "taro@pref.example.jp", "--post", "係長"]);
    assert!(status == Some(1) && said.contains("佐藤 花子"), "{said}");
    assert_eq!(office.run(&["user", "list"], b"").1.lines().count(), 2);
    for command in
        [&["user", "password", "ghost"][..], &["user", "disable", "ghost"], &["user", "devices", "ghost"]]
    {
        let (status, said) = office.run(command, b"himitsu-2026\n");
        assert!(status == Some(1) && said.contains("there is no user ghost"), "{said}");
    }
    assert!(Path::new(&office.0.path().join("data/renraku.db")).exists());
}

#[test]
fn contacts_come_from_a_vcard_file_and_each_bad_card_is_named() {
    let office = Office::new();
    assert_eq!(office.hire("hanako", &[]).0, Some(0));
    let card =
        |uid: &str, more: &str| format!("BEGIN:VCARD\nVERSION:3.0\nUID:{uid}\nFN:山田\n{more}END:VCARD\n");
    let import = |file: &str| {
        fs::write(office.0.path().join("c.vcf"), file).unwrap();
        office.run(&["import", "contacts", "c.vcf", "--for", "hanako"], b"")
    };
    let good = card("a", "") + &card("b", "");
    assert_eq!(import(&good), (Some(0), "2 new, 0 updated, 0 not taken\n".into()));
    assert_eq!(import(&good).1, "0 new, 2 updated, 0 not taken\n");
    let (status, printed) = import(&(card("c", "nonsense\n") + &card("d", "")));
    assert_eq!(status, Some(1), "{printed}");
    assert!(printed.starts_with("c.vcf: VCARD 1, line 1, UID c: not taken: line 5: "), "{printed}");
    assert!(printed.ends_with("1 new, 0 updated, 1 not taken\n"), "{printed}");
    assert_ne!(import("hello").0, Some(0));
}

#[test]
fn photos_come_from_a_folder_by_staff_number_and_each_bad_file_is_named() {
    let office = Office::new();
    assert_eq!(office.hire("hanako", &["--staff-number", "0012"]).0, Some(0));
    let folder = office.0.path().join("faces");
    fs::create_dir(&folder).unwrap();
    // A WebP picture of one pixel.
    let webp = b"RIFF\x1a\0\0\0WEBPVP8L\r\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";
    fs::write(folder.join("0012.webp"), webp).unwrap();
    let import = |more: &[&str]| office.run(&[&["import", "photos", "faces"], more].concat(), b"");
    assert_eq!(import(&["--dry-run"]), (Some(0), "1 can be taken, 0 as before, 0 not taken\n".into()));
    assert_eq!(import(&[]), (Some(0), "1 new, 0 as before, 0 not taken\n".into()));
    assert_eq!(import(&[]), (Some(0), "0 new, 1 as before, 0 not taken\n".into()));
    assert_eq!(import(&["--dry-run"]), (Some(0), "0 can be taken, 1 as before, 0 not taken\n".into()));
    fs::rename(folder.join("0012.webp"), folder.join("００１２.webp")).unwrap();
    assert_eq!(import(&[]), (Some(0), "0 new, 1 as before, 0 not taken\n".into()));
    fs::rename(folder.join("００１２.webp"), folder.join("0012.webp")).unwrap();
    for (name, content) in [(".hidden", ""), ("0012.JPG", "no picture"), ("0099.png", ""), ("notes.txt", "")]
    {
        fs::write(folder.join(name), content).unwrap();
    }
    assert_eq!(
        import(&[]),
        (
            Some(1),
            "faces/0012.JPG: not taken: this is no JPEG, PNG or WebP picture that can be read\n\
             faces/0099.png: not taken: nobody in office has the staff number 0099\n\
             faces/notes.txt: not taken: its name does not end with .jpg, .jpeg, .png or .webp\n\
             0 new, 1 as before, 3 not taken\n"
                .into()
        )
    );
    fs::write(folder.join("0012.WEBP"), webp).unwrap();
    let two = import(&["--dry-run"]).1;
    assert!(two.contains("faces/0012.webp: not taken: faces/0012.WEBP has the same number\n"), "{two}");
}
