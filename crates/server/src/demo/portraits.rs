//! Photos of some of the staff: a figure before a coloured ground, the same at each start.

use renraku_db::Tx;
use renraku_people::{
    directory::{DirectoryFault, service as directory},
    photo::Photo,
};

use super::office::Office;

/// So many have one, the users first.
const SHOWN: usize = 12;
/// Each is so wide and high, in pixels.
const EDGE: u16 = 240;

type Colour = [u8; 3];

const GROUNDS: [Colour; 4] = [[205, 221, 232], [226, 218, 200], [210, 226, 208], [229, 212, 214]];
const CLOTHES: [Colour; 3] = [[54, 66, 92], [92, 92, 96], [64, 92, 84]];
const HAIR: [Colour; 3] = [[38, 32, 30], [62, 46, 38], [128, 126, 124]];
const SKIN: Colour = [240, 208, 180];

/// Gives the first of the staff their photos.
pub fn write(tx: &mut Tx<'_>, office: &Office) -> Result<(), DirectoryFault> {
    for (nth, person) in office.people.iter().take(SHOWN).enumerate() {
        let photo = Photo::drawn(EDGE, |x, y| colour(nth, x, y));
        let photo = photo.map_err(|fault| DirectoryFault::Invalid(vec![fault.into()]))?;
        directory::put_photo(tx, &person.id, Some(&photo))?;
    }
    Ok(())
}

/// The colour of a pixel of somebody's portrait.
fn colour(nth: usize, x: u16, y: u16) -> Colour {
    let (x, y) = (i32::from(x), i32::from(y));
    let within = |left: i32, top: i32, width: i32, height: i32| {
        let (across, down) = ((x - left) * height, (y - top) * width);
        across * across + down * down <= width * width * height * height
    };
    // Every other one wears their hair long.
    let is_long = nth.is_multiple_of(2) && (64..=176).contains(&x) && (92..=152).contains(&y);
    let hair = is_long || within(120, 92, 56, 54);
    if hair && y < 78 {
        of(&HAIR, nth)
    } else if within(120, 102, 44, 54) {
        SKIN
    } else if hair {
        of(&HAIR, nth)
    } else if (104..136).contains(&x) && (140..176).contains(&y) {
        SKIN
    } else if within(120, 252, 96, 88) {
        of(&CLOTHES, nth)
    } else {
        of(&GROUNDS, nth)
    }
}

fn of(colours: &[Colour], nth: usize) -> Colour {
    colours.iter().cycle().nth(nth).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_is_another_one_and_the_same_each_time() {
        let names = || -> Vec<String> {
            (0..SHOWN).map(|nth| Photo::drawn(EDGE, |x, y| colour(nth, x, y)).unwrap().id()).collect()
        };
        assert_eq!(names(), names());
        assert_eq!(names().iter().collect::<HashSet<_>>().len(), SHOWN);
    }
}
