/// What the last reading of another directory came to, for whoever looks after the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceReport {
    /// Whether nothing came of it, or not all.
    pub failed: bool,
    /// What was wrong, a line each; each is among the lines, too.
    pub faults: Vec<String>,
    /// What happened, a line each.
    pub lines: Vec<String>,
}
