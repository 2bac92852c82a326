//! Where mail lies and who carries it.

use crate::config::Config;

/// The source of a user's mail: a Maildir in the folder of all; `None` where the office has no mail.
pub fn source_of(config: &Config, username: &str) -> Option<String> {
    let root = &config.mail.maildirs;
    (!root.is_empty()).then(|| format!("maildir:{}/{username}", root.trim_end_matches('/')))
}
