//! What an operation answers with that recorded what it changed.

/// Proof that a change was recorded; only recording makes one.
#[derive(Debug)]
#[must_use = "answer with Recorded::with(value)"]
pub struct Recorded(pub(super) ());

impl Recorded {
    /// The value of an operation whose change is recorded.
    pub fn with<T>(self, value: T) -> Changed<T> {
        Changed { value }
    }
}

/// The answer of an operation that changed something and recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed<T> {
    value: T,
}

impl<T> Changed<T> {
    /// The answer of an operation that found nothing to change.
    pub fn nothing(value: T) -> Self {
        Self { value }
    }

    /// The answer of an operation that changed what no log tells.
    pub fn untold(value: T) -> Self {
        Self { value }
    }

    /// The answer itself.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The answer turned into another.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Changed<U> {
        Changed { value: f(self.value) }
    }

    /// The answer turned into another, where that can fail.
    ///
    /// # Errors
    /// The failure of `f`.
    pub fn try_map<U, E>(self, f: impl FnOnce(T) -> Result<U, E>) -> Result<Changed<U>, E> {
        Ok(Changed { value: f(self.value)? })
    }

    /// The answer itself.
    pub fn get(&self) -> &T {
        &self.value
    }
}
