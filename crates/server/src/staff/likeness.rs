//! What two people of a sheet have in common that belongs to one.

use std::collections::HashMap;

use renraku_people::{
    directory::{PhoneKind, RosterPerson},
    search::fold_number,
};

use renraku_base::sheet::{LineFault, Sheet};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    /// Lines whose address is another's.
    pub faults: Vec<LineFault>,
    /// Lines that somebody should look at.
    pub remarks: Vec<LineFault>,
}

/// By whom something was said first, and in which line.
type First<'p> = HashMap<String, (&'p str, usize)>;

/// Looks for addresses and mobile phones of two people, and for names in one piece.
pub(super) fn of(people: &[(RosterPerson, usize)], sheet: &Sheet) -> Likeness {
    let mut found = Likeness::default();
    let (mut emails, mut mobiles) = (First::new(), First::new());
    let mut unparted: Vec<(usize, &str)> = Vec::new();
    for (person, line) in people {
        let own = (person.staff_number.as_str(), *line);
        for email in person.emails.iter().flatten() {
            if let Some((other, first)) = another(&mut emails, email.clone(), own) {
                let complaint = format!(
                    "email: {email} is the address of {other} in {}: write each person's own",
                    sheet.place(first)
                );
                found.faults.push(LineFault::new(*line, complaint));
            }
        }
        for mobile in person.phones.get(&PhoneKind::Mobile).into_iter().flatten() {
            let digits = fold_number(mobile).unwrap_or_else(|| mobile.clone());
            if let Some((other, first)) = another(&mut mobiles, digits, own) {
                let place = sheet.place(first);
                let remark = format!("mobile: {mobile} is the number of {other} in {place}, too");
                found.remarks.push(LineFault::new(*line, remark));
            }
        }
        if !person.name.contains(' ') && person.name.chars().count() > 1 {
            unparted.push((*line, &person.name));
        }
    }
    if let Some((line, name)) = unparted.first() {
        let others = match unparted.len() - 1 {
            0 => String::new(),
            some => format!(", and {some} others"),
        };
        let remark =
            format!("name: {name}{others}: write a space between family and given name, like 鈴木 一");
        found.remarks.push(LineFault::new(*line, remark));
    }
    found.remarks.sort();
    found
}

/// Who else said it first, and in which line.
fn another<'p>(said: &mut First<'p>, what: String, own: (&'p str, usize)) -> Option<(&'p str, usize)> {
    let first = *said.entry(what).or_insert(own);
    (first.0 != own.0).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::super::{COLUMNS, gather};
    use super::*;
    use renraku_base::sheet::Layout;

    fn told(text: &str) -> (Vec<String>, Vec<String>) {
        let layout = Layout { whole_lines: true, ..Layout::of(COLUMNS) };
        let sheet = Sheet::read(text.as_bytes(), &layout);
        let Likeness { faults, remarks } = of(&gather::people(&sheet).people, &sheet);
        let text = |faults: Vec<LineFault>| {
            faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.complaint)).collect()
        };
        (text(faults), text(remarks))
    }

    #[test]
    fn an_address_is_one_persons_and_a_mobile_phone_mostly() {
        let (faults, remarks) = told(
            "staffNumber,name,unit,mobile,email\n1,佐藤 花子,A,090-5555-0001,a@pref.example.jp\n\
             1,佐藤 花子,B,090-5555-0001,a@pref.example.jp\n2,森 太,A,+81 90-5555-0001,A@pref.example.jp\n",
        );
        assert_eq!(
            faults,
            ["4: email: a@pref.example.jp is the address of 1 in line 2: write each person's own"]
        );
        assert_eq!(remarks, ["4: mobile: +81 90-5555-0001 is the number of 1 in line 2, too"]);
    }

    #[test]
    fn names_in_one_piece_are_remarked_once() {
        let (_, remarks) = told("staffNumber,name\n1,佐藤 花子\n2,鈴木一\n3,森太\n");
        assert_eq!(
            remarks,
            ["3: name: 鈴木一, and 1 others: write a space between family and given name, like 鈴木 一"]
        );
    }
}
