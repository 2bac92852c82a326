//! The operations: the only way in for faces. Rights, then rules, then rows, then the change log, then who is told.
