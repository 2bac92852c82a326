use renraku_base::Timestamp;

/// What the schedule says that somebody does at a time, as far as the reader may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement {
    /// When it starts.
    pub utc_start: Timestamp,
    /// When it ends.
    pub utc_end: Timestamp,
    /// How it takes the person's time; `None` when it does not. What may yet be called off takes it as in
    /// free/busy.
    pub taken: Option<Taken>,
    /// Whether it is of whole days.
    pub all_day: bool,
    /// What it is called, where the reader may know.
    pub title: Option<String>,
    /// Where it is, where the reader may know.
    pub place: Option<String>,
}

/// How time is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// By something that takes place.
    Busy,
    /// They are not at work.
    Away,
}
