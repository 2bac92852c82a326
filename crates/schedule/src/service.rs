//! The operations: the only way in for faces. Rights, then rules, then rows, then the change log, then who is told.

pub(crate) mod audience;
mod booking;
mod bulk_insert;
mod calendars;
pub(crate) mod change;
mod create_event;
mod delegates;
pub(crate) mod delete_calendar;
pub(crate) mod delete_event;
mod delete_facility;
mod engagements;
mod export_calendar;
mod facilities;
mod get_event;
mod group_week;
mod import_calendar;
mod import_facility;
mod import_kept;
mod import_lines;
mod import_tasks;
pub(crate) mod index;
pub(crate) mod keep_own;
mod list_facilities;
mod list_occurrences;
pub mod objects;
pub(crate) mod placing;
mod reply_event;
mod shares;
pub(crate) mod staff;
pub mod sync;
mod tell_change;
mod update_event;
pub(crate) mod view;
mod window;

pub use bulk_insert::{bulk_insert, create_default_calendars};
pub use calendars::{
    create_calendar, default_calendar, find_default_calendar, get_calendar, list_calendars, update_calendar,
};
pub use create_event::create_event;
pub use delegates::{Delegation, is_delegate, list_delegates, list_delegators};
pub use delete_calendar::delete_calendar;
pub use delete_event::{ScheduleReply, delete_event};
pub use delete_facility::delete_facility;
pub use engagements::{Engagement, list_engagements};
pub use export_calendar::export_calendar;
pub use facilities::{create_facility, get_facility, update_facility};
pub use get_event::get_event;
pub use group_week::{Group, PRINCIPALS, free_busy, group_week};
pub use import_calendar::{IMPORT_BYTES, ImportReport, import_calendar};
pub use import_facility::{Imported, find_facilities, import_facility};
pub use list_facilities::{FacilitySearch, list_facilities};
pub use list_occurrences::list_occurrences;
pub use reply_event::{Answer, reply_event};
pub use shares::{leave_calendar, list_shares, put_share, remove_share};
pub use update_event::{Scope, ScopeName, update_event};
pub use window::Window;

use renraku_base::FieldFault;

use crate::ScheduleFault;

fn bad_cursor() -> ScheduleFault {
    ScheduleFault::BadQuery(FieldFault::new("cursor", "bad-cursor", "hand back a nextCursor as it was given"))
}
