//! Store and service suites, run on each database.
