//! Calendars as collections of calendar objects (RFC 4791 §4): what a calendar client reads and writes.
//!
//! An event is an object in every calendar that shows it, under the name that a client gave it there, or else under its id. The
//! text that a client stored is kept and handed out for as long as the event is as it says; after that the text is made from
//! the event.

mod adopt;
mod answer;
mod apply;
mod arrival;
mod book;
mod calendars;
mod carry;
mod delete;
mod elsewhere;
mod expectation;
mod facilities;
mod fault;
mod find;
mod list;
mod organizer;
mod parameters;
mod put;
mod read;
mod reader;
mod shown;
mod tasks;
mod text;

pub(crate) use calendars::holds;
pub use calendars::{
    CalendarChange, ObjectCalendar, change_calendar, delete_calendar, find_calendar,
    find_calendar_with_properties, list_calendars, make_calendar, name_owners,
};
pub use carry::{Carried, Carry};
pub use delete::delete;
pub use expectation::Expectation;
pub(crate) use facilities::{is_address_of, leave_out_booked};
pub use fault::ObjectFault;
pub use find::{busy, busy_at_a_glance, find, find_in, resolve};
pub use list::{ObjectChange, ObjectHead, ObjectKind, list, list_changes};
pub(crate) use list::{default_name, name_arrival};
pub(crate) use organizer::{invitation_among, is_another};
pub use put::{OBJECT_BYTES, Put, put};
pub use read::{ObjectText, get, get_schedule_tag, get_texts, tag_scheduled};
pub(crate) use tasks::{next_tag, put as put_task};
