use std::time::Duration;

use crate::dn::Dn;

/// How the face behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Below what everything is.
    pub base: Dn,
    /// Whether clients that do not bind may read the directory.
    pub anonymous: bool,
    /// Whether passwords are taken over TLS alone.
    pub tls_required: bool,
    /// What is refused.
    pub limits: Limits,
}

/// What is refused.
#[derive(Debug, Clone)]
pub struct Limits {
    /// More connections than this.
    pub connections: usize,
    /// More connections from one address.
    pub connections_per_address: usize,
    /// A longer message.
    pub message_bytes: usize,
    /// A filter that is nested deeper.
    pub filter_depth: usize,
    /// A filter of more terms.
    pub filter_terms: usize,
    /// More entries in one answer, or in one page of it.
    pub entries: usize,
    /// A connection on which nothing is asked for so long.
    pub idle: Duration,
    /// A search that takes longer.
    pub search: Duration,
}
