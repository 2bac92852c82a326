//! Rows; the only diesel of this area.

pub(crate) mod memos;
pub(crate) mod settings;
