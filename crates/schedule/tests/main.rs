//! Service suites, run on each database.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod booking;
mod both_places;
mod calendars;
mod declining;
mod dense;
mod engagements;
mod events;
mod facilities;
mod importing;
mod large;
mod later;
mod office;
mod organizers;
mod own_alerts;
mod privacy;
mod reminding;
mod removals;
mod replies;
mod rezoned;
mod scheduling;
mod series;
mod sides;
mod single;
mod single_rooms;
mod syncing;
mod texts;
mod told;
mod undelivered;
mod windows;
mod without_address;
