use diesel::{dsl::sql, expression::SqlLiteral, sql_types::Bool};

/// Whether a row of `messages` is of a mail that nobody has read: as the indexes of unread mails say it, word for word, so that
/// both databases use them.
pub fn is_unread() -> SqlLiteral<Bool> {
    sql("(messages.keywords & 1) = 0")
}

/// Whether it is of a mail that somebody has read.
pub fn is_read() -> SqlLiteral<Bool> {
    sql("(messages.keywords & 1) = 1")
}
