use std::{fmt, sync::Arc, time::Duration};

use renraku_contacts::service::objects::SearchTexts;
use renraku_notify::push::PushSender;
use renraku_people::directory::Directory;
use renraku_web::{Gate, Patience};

use super::{TokenKey, open_answers::OpenAnswers, words::Say};

/// The staff directory as an address book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffBook {
    /// Whole in a small office, searched in a great one.
    Auto,
    /// Everybody is in it, to be kept by the client.
    Whole,
    /// People are found in it and not listed.
    Search,
    /// There is none.
    Off,
}

/// The face's state; cheap to clone.
#[derive(Clone)]
pub struct Dav(Arc<State>);

struct State {
    gate: Gate,
    directory: Directory,
    push: PushService,
    token_key: TokenKey,
    body_time: Duration,
    staff_book: StaffBook,
    say: Box<Say>,
    texts: SearchTexts,
    open_answers: OpenAnswers,
}

/// What wakes clients: the key to which their subscriptions are bound, and who sends.
#[derive(Clone)]
pub struct PushService {
    /// The server's public key (RFC 8292), as clients want it.
    pub public_key: String,
    /// Who sends, and knows whom it may reach.
    pub sender: Arc<dyn PushSender>,
}

impl Dav {
    /// Takes what all faces share, what wakes clients, how long a body may take to arrive, how the staff are shown to contacts
    /// clients, and who says refusals in other languages.
    #[must_use]
    pub fn new(
        gate: Gate,
        directory: Directory,
        push: PushService,
        body_time: Duration,
        staff_book: StaffBook,
        say: Box<Say>,
    ) -> Self {
        let token_key = TokenKey::of(gate.secret());
        let (texts, open_answers) = (SearchTexts::default(), OpenAnswers::default());
        let state =
            State { gate, directory, push, token_key, body_time, staff_book, say, texts, open_answers };
        Self(Arc::new(state))
    }

    pub(crate) fn open_answers(&self) -> &OpenAnswers {
        &self.0.open_answers
    }

    pub(crate) fn push(&self) -> &PushService {
        &self.0.push
    }

    pub(crate) fn words(&self) -> &Say {
        &*self.0.say
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.0.directory
    }

    pub(crate) fn patience(&self) -> Patience {
        Patience { time: self.0.body_time, longer: false }
    }

    pub(crate) fn staff_book(&self) -> StaffBook {
        self.0.staff_book
    }

    pub(crate) fn texts(&self) -> &SearchTexts {
        &self.0.texts
    }

    pub(crate) fn token_key(&self) -> &TokenKey {
        &self.0.token_key
    }
}

impl fmt::Debug for PushService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushService").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

impl fmt::Debug for Dav {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dav").finish_non_exhaustive()
    }
}
