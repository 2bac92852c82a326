//! Lines of a sheet put together to people.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use renraku_people::directory::{PhoneKind, RosterPerson, RosterPost};

use super::cells;
use renraku_base::sheet::{LineFault, Row, Sheet};

/// Reads a cell, or says what is wrong with it.
type Reader = fn(&str) -> Result<String, String>;

/// What a sheet says.
pub(super) struct Gathered {
    /// Its people, each once and with the line in which they are first.
    pub people: Vec<(RosterPerson, usize)>,
    /// Everything that is wrong with it.
    pub faults: Vec<LineFault>,
    /// How many of its rows do not say who is meant.
    pub unread: usize,
}

/// The people of a sheet, and everything that is wrong with it.
pub(super) fn people(sheet: &Sheet) -> Gathered {
    let (mut faults, mut unread) = (sheet.faults.clone(), 0);
    let mut people: Vec<(RosterPerson, usize)> = Vec::with_capacity(sheet.rows.len());
    let mut known: HashMap<String, usize> = HashMap::with_capacity(sheet.rows.len());
    let posts_without_units =
        sheet.rows.first().is_some_and(|row| row.get("post").is_some() && row.get("unit").is_none());
    if posts_without_units {
        faults.push(LineFault::new(1, "the column unit (所属) is missing: a post is one in a unit"));
    }
    for row in &sheet.rows {
        let (person, complaints) = read(row);
        faults.extend(complaints.into_iter().map(|complaint| LineFault::new(row.line, complaint)));
        let Some(person) = person else {
            unread += 1;
            continue;
        };
        match known.entry(person.staff_number.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(people.len());
                people.push((person, row.line));
            }
            Entry::Occupied(entry) => {
                let first = people.get_mut(*entry.get());
                let joined = first.map_or(Ok(()), |(first, line)| join(first, person, &sheet.place(*line)));
                faults.extend(joined.err().map(|complaint| LineFault::new(row.line, complaint)));
            }
        }
    }
    Gathered { people, faults, unread }
}

/// The person of a line, as far as it can be read, and what is wrong with the line.
fn read(row: &Row) -> (Option<RosterPerson>, Vec<String>) {
    let mut line = Line { row, complaints: Vec::new() };
    let staff_number = line.read("staffNumber", cells::staff_number).flatten();
    let name = line.read("name", cells::name).flatten();
    let unit = line.read("unit", cells::unit);
    let title = line.read("post", cells::name).flatten();
    if let (Some(title), Some(None)) = (&title, &unit)
        && row.get("unit") == Some("")
    {
        line.complaints.push(format!("unit (所属) is empty: {title} is a post in one"));
    }
    let phones: [(PhoneKind, &str, Reader); 3] = [
        (PhoneKind::Extension, "extension", cells::extension),
        (PhoneKind::Outside, "phone", cells::phone),
        (PhoneKind::Mobile, "mobile", cells::phone),
    ];
    let phones: BTreeMap<PhoneKind, Vec<String>> = phones
        .into_iter()
        .filter_map(|(kind, column, read)| Some((kind, line.read(column, read)?.into_iter().collect())))
        .collect();
    let phonetic = line.read("kana", cells::kana).map(Option::unwrap_or_default);
    let emails = line.read("email", cells::email).map(|email| email.into_iter().collect());
    let posts =
        unit.map(|unit| unit.into_iter().map(|unit| RosterPost { unit, title: title.clone() }).collect());
    let person = staff_number.zip(name).map(|(staff_number, name)| RosterPerson {
        staff_number,
        name,
        phonetic,
        posts,
        phones,
        emails,
    });
    (person, line.complaints)
}

struct Line<'r> {
    row: &'r Row,
    complaints: Vec<String>,
}

impl Line<'_> {
    /// What a cell says: `None` without such a column and when it is wrong, nothing for an empty cell.
    fn read<T>(&mut self, column: &str, read: fn(&str) -> Result<T, String>) -> Option<Option<T>> {
        let cell = self.row.get(column)?;
        if cell.is_empty() {
            return Some(None);
        }
        match read(cell) {
            Ok(said) => Some(Some(said)),
            Err(complaint) => {
                self.complaints.push(format!("{column}: {complaint}"));
                None
            }
        }
    }
}

/// Takes over a further line of somebody whose first is at `place`.
fn join(first: &mut RosterPerson, further: RosterPerson, place: &str) -> Result<(), String> {
    let number = &first.staff_number;
    if first.name != further.name {
        return Err(format!(
            "staffNumber: {number} is {} in {place} and {} here: one number is one person's",
            first.name, further.name
        ));
    }
    match (first.phonetic.as_deref(), further.phonetic) {
        (Some("") | None, read) => first.phonetic = read,
        (Some(known), Some(read)) if !read.is_empty() && read != known => {
            return Err(format!("kana: {number} reads {known} in {place} and {read} here"));
        }
        _ => {}
    }
    add(first.posts.as_mut(), further.posts);
    for (kind, numbers) in further.phones {
        add(first.phones.get_mut(&kind), Some(numbers));
    }
    add(first.emails.as_mut(), further.emails);
    Ok(())
}

/// Adds what is not there yet.
fn add<T: PartialEq>(to: Option<&mut Vec<T>>, more: Option<Vec<T>>) {
    let Some(to) = to else { return };
    for one in more.into_iter().flatten() {
        if !to.contains(&one) {
            to.push(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renraku_base::sheet::Layout;

    fn read(text: &str) -> (Vec<RosterPerson>, Vec<String>) {
        let layout = Layout { whole_lines: true, ..Layout::of(super::super::COLUMNS) };
        let Gathered { people, mut faults, .. } = people(&Sheet::read(text.as_bytes(), &layout));
        let people = people.into_iter().map(|(person, _line)| person).collect();
        faults.sort();
        (people, faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.complaint)).collect())
    }

    #[test]
    fn several_lines_of_one_number_are_several_posts() {
        let (people, faults) = read(
            "職員番号,氏名,カナ,所属,職名,内線\n0001,佐藤　花子,ｻﾄｳ ﾊﾅｺ,総務部/人事課,課長,7901\n\
             0002,鈴木 一郎,,農政部,,\n\n0001,佐藤 花子,,農政部,参事,7902\n0001,佐藤 花子,サトウ ハナコ,農政部,参事,7901\n",
        );
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(people.len(), 2);
        let posts: Vec<_> =
            people[0].posts.as_ref().unwrap().iter().map(|post| post.unit.join("/")).collect();
        assert_eq!(posts, ["総務部/人事課", "農政部"]);
        assert_eq!(people[0].phones[&PhoneKind::Extension], ["7901", "7902"]);
        assert_eq!(people[0].phonetic.as_deref(), Some("サトウ ハナコ"));
        assert_eq!(people[1].phonetic.as_deref(), Some(""), "an empty cell clears");
        assert_eq!((people[1].emails.is_none(), people[1].phones.len()), (true, 1), "and no column leaves");
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_line() {
        let (_, faults) = read(
            "staffNumber,name,kana,unit,post,phone,email\n,A,,,,,\n1,,,,,,\n2,B,b,課//係,,1,x\n3,C,,,主事,,\n\
             4,D,,,,,\n4,E,,,,,\n4,D,ディー,,,,\n4,D,デー,,,,\n",
        );
        assert_eq!(
            faults,
            [
                "2: staffNumber (職員番号) is empty",
                "3: name (氏名) is empty",
                "4: email: x is no mail address: write one like hanako@pref.example.jp",
                "4: kana: b is not kana: write the reading, like サトウ ハナコ",
                "4: phone: 1 is no phone number: write one with its area code, like 0155-99-7901",
                "4: unit: 課//係 has a unit without a name: write a path like 総務部/人事課/給与係",
                "5: unit (所属) is empty: 主事 is a post in one",
                "7: staffNumber: 4 is D in line 6 and E here: one number is one person's",
                "9: kana: 4 reads ディー in line 6 and デー here",
            ]
        );
        let (_, faults) = read("staffNumber,name,post\n1,A,主事\n");
        assert_eq!(faults, ["1: the column unit (所属) is missing: a post is one in a unit"]);
    }
}
