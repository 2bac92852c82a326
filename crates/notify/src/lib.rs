#![doc = include_str!("../README.md")]

mod edge;
mod fault;
pub mod hub;
pub mod inbox;
pub mod jobs;
mod model;
pub mod push;
mod rules;
pub mod service;
mod store;

pub use edge::{
    About, CalendarPart, Delivery, MailAddress, MailSender, OutgoingMail, SendFault, Undelivered,
};
pub use fault::NotifyFault;
pub use hub::Hub;
pub use model::{
    Actor, AllRead, Details, Notice, Notification, NotificationPatch, NotificationType, ReadAll, Repeat,
    Subject,
};
