//! The operations of the directory, one a file.

mod bulk_insert;
mod caller_id;
mod end_person;
mod favourites;
mod get;
mod import_roster;
mod list_posts;
mod list_units;
mod lookup_phone;
mod names;
mod photos;
mod prepare_roster;
mod put_past_posts;
mod put_person;
mod put_staff_number;
mod put_unit;
mod put_unit_path;
mod recent;
mod search_people;
mod select_people;
mod source_report;
mod staff_numbers;
mod suppress_person;
mod sync;
mod undo_roster;

pub use bulk_insert::bulk_insert;
pub use caller_id::{
    callers_head, changed_callers, get_callers, is_caller_id_current, list_callers_after, read_caller_id,
    update_caller_id,
};
pub use end_person::end_person;
pub use favourites::{
    add_favourite, get_favourites_for_sync, list_favourites, list_favourites_for_sync, remove_favourite,
};
pub use get::{get_own, get_person, get_person_on, get_unit};
pub use import_roster::{TELL_APPOINTED, import_roster, plan_roster};
pub use list_posts::list_posts;
pub use list_units::list_units;
pub use lookup_phone::lookup_phone;
pub use names::{find_by_email, is_unit, list_by_email, members, names, standings, suppressed};
pub use photos::{ListedPhoto, get_photo, has_photo, list_photos, put_photo};
pub use prepare_roster::{
    APPLY_ROSTERS, announce_roster, apply_due_rosters, cancel_roster, get_prepared_roster, list_rosters,
    office_day, office_time, prepare_roster,
};
pub use put_past_posts::put_past_posts;
pub(super) use put_person::{audience, faults as faults_of_person, groups, posts_of};
pub use put_person::{put_person, touch_person};
pub use put_staff_number::put_staff_number;
pub(super) use put_unit::name_faults;
pub use put_unit::put_unit;
pub use put_unit_path::put_unit_path;
pub use recent::{forget_old_recent, list_recent, note_contact, note_mail, put_recent, remove_recent};
pub use search_people::{PeopleSearch, count_people_by_unit, search_people};
pub use select_people::{Place, select_people, username};
pub use source_report::{get_source_report, put_source_report};
pub use staff_numbers::staff_numbers;
pub use suppress_person::suppress_person;
pub use sync::{
    get_people_for_sync, get_units_for_sync, list_first_people_for_sync, list_other_people_for_sync,
    list_people_for_sync, list_units_for_sync, who_is_listed_first,
};
pub use undo_roster::{TELL_WITHDRAWN, forget_old_rosters, is_roster_undone, undo_roster, undone_until};
