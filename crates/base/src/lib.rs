#![doc = include_str!("../README.md")]

mod bytes;
mod clock;
pub mod content;
mod etag;
mod fault;
mod id;
mod link;
mod merge_patch;
mod misfit;
mod notification_choices;
mod page;
mod principal;
mod schema;
pub mod segment;
pub mod sheet;
mod timestamp;

pub use bytes::any_byte;
pub use clock::{Clock, Entropy, FixedClock, SystemClock};
pub use etag::{ETag, Precondition};
pub use fault::{Fault, FieldFault, Kind};
pub use id::{
    AddressBookId, AppPasswordId, BadId, CalendarId, ContactId, ContactMergeId, DeviceId, EventId,
    FacilityId, Id, InboxMessageId, MailboxId, MessageId, NotificationId, PersonId, PhoneMemoId, PostId,
    RosterId, SigningKeyId, UnitId, kind,
};
pub use link::{is_active, is_link, is_media_data};
pub use merge_patch::merge_patch;
pub use misfit::{Fitting, JsonKind, fitting};
pub use notification_choices::NotificationChoices;
pub use page::{Cursor, Limit, Page};
pub use principal::{Language, Principal, Role};
pub use timestamp::Timestamp;
