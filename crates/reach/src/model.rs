//! What is sent, and what the schedule hands over.

mod activity;
mod engagement;
mod memo;
mod reach;
mod setting;

pub use activity::Activity;
pub use engagement::{Engagement, Taken};
pub use memo::{
    Addressee, Author, Caller, MemoBox, NewCaller, NewPhoneMemo, PhoneMemo, PhoneMemoKind, PhoneMemoPatch,
};
pub use reach::{NextEngagement, Reach};
pub use setting::{NewSetting, Setting};
