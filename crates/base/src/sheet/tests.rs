use super::*;

const COLUMNS: &[Column] = &[
    Column { name: "name", titles: &["名称"], required: true },
    Column { name: "maxDuration", titles: &["最長時間"], required: false },
];

fn titles(named: &[(&str, &str)]) -> Result<Titles, String> {
    let named = named.iter().map(|(title, name)| ((*title).to_owned(), (*name).to_owned()));
    Titles::of(named.collect(), COLUMNS)
}

fn faults(text: &str) -> Vec<String> {
    let faults = Sheet::read(text.as_bytes(), &Layout::of(COLUMNS)).faults;
    faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.complaint)).collect()
}

#[test]
fn the_encodings_of_spreadsheets_read_the_same() {
    let text = "最長時間,名称\r\nPT1H,髙橋会議室①\r\n";
    let (shift_jis, _, unmapped) = encoding_rs::SHIFT_JIS.encode(text);
    assert!(!unmapped);
    let plain = Sheet::read(text.as_bytes(), &Layout::of(COLUMNS));
    assert_eq!(plain.rows[0].get("name"), Some("髙橋会議室①"));
    assert_eq!(Sheet::read(&shift_jis, &Layout::of(COLUMNS)), plain);
    assert_eq!(Sheet::read(format!("\u{feff}{text}").as_bytes(), &Layout::of(COLUMNS)), plain);
    assert_eq!(Sheet::read(text.replace("\r\n", "\r").as_bytes(), &Layout::of(COLUMNS)), plain);
    assert_eq!(faults("\u{feff}"), ["1: the file is empty: its first line names the columns"]);
}

#[test]
fn what_is_no_text_is_told_with_its_line() {
    for (bytes, line) in [
        (&b"name\n\x82\xA0\nb\xFF\xFF\n"[..], 3),
        (b"\xFF\xFEn\0", 1),
        (b"name\n\xE3\x81\x82\n\x82\xA0\n", 3),
        // Each by itself would be Shift_JIS.
        (b"name\n\xE3\x81\x82\xE3\x81\x84\n\xE3\x81\x82\xE3\x81\x84\n\xE3\x81\n", 4),
        (b"\xEF\xBB\xBFname\na\n\x82\xA0\n", 3),
    ] {
        let sheet = Sheet::read(bytes, &Layout::of(COLUMNS));
        assert_eq!(sheet.faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [line], "{sheet:?}");
    }
}

#[test]
fn a_line_has_the_number_that_an_editor_shows() {
    let sheet = Sheet::read(
        "\n名称,Max Duration\r\n\r\n a ,\r\n,,\n\n\n\"b, c\",PT1H,\n　\nd".as_bytes(),
        &Layout::of(COLUMNS),
    );
    assert_eq!(sheet.faults, []);
    let rows: Vec<_> = sheet.rows.iter().map(|row| (row.line, row.get("name").unwrap())).collect();
    assert_eq!(rows, [(4, "a"), (8, "b, c"), (10, "d")]);
    assert_eq!(
        (sheet.rows[0].get("maxDuration"), sheet.rows[1].get("maxDuration")),
        (Some(""), Some("PT1H"))
    );
    let narrow = Sheet::read(b"name\na\n", &Layout::of(COLUMNS));
    assert_eq!(narrow.rows[0].get("maxDuration"), None, "not in the file is not the same as empty");
}

#[test]
fn every_wrong_line_is_told() {
    assert_eq!(
        faults("ＮＡＭＥ,colour,名称\n"),
        [
            "1: there is no column colour: write name (名称), maxDuration (最長時間)",
            "1: the column name is there twice",
        ]
    );
    assert_eq!(faults("maxDuration\nPT1H\n"), ["1: the column name (名称) is missing"]);
    assert_eq!(
        faults("name,maxDuration\n,PT1H\na,b,c\nok\n\"open,PT1H\nx,y\n"),
        [
            "2: name (名称) is empty",
            "3: there are 3 cells below 2 columns: a cell with a comma in it stands in \"quotes\"",
            "5: a quote is opened and not closed",
        ]
    );
}

#[test]
fn a_line_that_is_cut_is_told_where_lines_are_whole() {
    let whole = Layout { whole_lines: true, ..Layout::of(COLUMNS) };
    let told = |text: &str| -> Vec<String> {
        let faults = Sheet::read(text.as_bytes(), &whole).faults;
        faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.complaint)).collect()
    };
    assert_eq!(told("name,maxDuration\na,\n\nb"), ["4: there are 1 cells below 2 columns: is the line cut?"]);
    for open in [
        "name,maxDuration\na,b\n\"c",
        "name,maxDuration\na,b\nc,\"d\"\"",
        "name,maxDuration\na,b\nc,\"d\n\ne,f\n",
    ] {
        assert_eq!(told(open), ["3: a quote is opened and not closed"], "{open}");
    }
    for closed in
        ["name,maxDuration\nc,d\"", "name,maxDuration\n\"c\"\"\",\"\"", "name,maxDuration\n5\"\",d\"\"e"]
    {
        assert!(told(closed).is_empty(), "{closed}");
    }
    assert_eq!(told("name,maxDuration\na\u{7}b,\n"), ["2: name: a control character"]);
}

#[test]
fn an_office_has_names_of_its_own_for_columns() {
    let own = titles(&[("ＩＤ", "名称"), ("年齢", "")]).unwrap();
    let layout = Layout { titles: Some(&own), ..Layout::of(COLUMNS) };
    let sheet = Sheet::read("年齢,id,最長時間\n41,a,b\n".as_bytes(), &layout);
    assert_eq!(sheet.faults, []);
    assert_eq!((sheet.rows[0].get("name"), sheet.rows[0].get("maxDuration")), (Some("a"), Some("b")));
    let wrong = titles(&[("ID", "colour")]).unwrap_err();
    assert_eq!(wrong, "ID: there is no column colour: write name (名称), maxDuration (最長時間)");
}
