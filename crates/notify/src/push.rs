//! Web Push (RFC 8030): who is woken at which push service, sealed for the receiver alone, and sent.
//!
//! A subscription follows one collection and knows up to which change it was told. What is behind is found by comparing
//! numbers: a burst is one message, a crash loses none, and a write pays nothing for it.

mod allowed;
mod deliver;
mod encrypt;
mod sender;
mod store;
mod subscriptions;
mod vapid;

pub use allowed::{Allowed, BadAllowance};
pub use deliver::{PushBody, PushText, SEND_PUSH, deliver};
pub use encrypt::{BadKeys, Receiver};
pub use sender::{Outcome, PushMessage, PushSender, WebPush, WebPushFault};
pub use subscriptions::{
    Follows, MOST_EACH, NewSubscription, News, PushFault, Subscription, forget_expired, is_any_behind,
    pass_over, queue, subscribe, unsubscribe,
};
pub use vapid::{Contact, VapidKey};
