//! Instants that people's devices send.

use chrono::Datelike;
use renraku_base::{FieldFault, Timestamp};

/// What is wrong with an instant: before and after these years a clock is broken, or the unit is another.
pub(crate) fn fault(pointer: &str, at: Option<Timestamp>) -> Option<FieldFault> {
    let year = at?.to_datetime().year();
    let fault = || FieldFault::new(pointer, "year", "the year lies between 1900 and 2100");
    (!(1900..=2100).contains(&year)).then(fault)
}
