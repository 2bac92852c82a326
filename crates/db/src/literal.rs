use std::marker::PhantomData;

use diesel::{
    QueryResult,
    backend::Backend,
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::Bool,
};

/// A condition that is always said with the same words, as the index is for which it is said: a value that is bound would pass the
/// index by.
pub trait Condition: 'static {
    /// The words.
    const SQL: &'static str;
}

/// A [`Condition`] as part of a statement that is prepared once; one with diesel's own `sql` in it is prepared anew each time.
#[derive(Debug)]
pub struct Literal<C>(PhantomData<C>);

impl<C> Literal<C> {
    /// The condition.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C> Default for Literal<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Condition> QueryId for Literal<C> {
    type QueryId = Self;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> Expression for Literal<C> {
    type SqlType = Bool;
}

impl<C, QS> AppearsOnTable<QS> for Literal<C> {}

impl<C, QS> SelectableExpression<QS> for Literal<C> {}

impl<C, G> ValidGrouping<G> for Literal<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C: Condition, DB: Backend> QueryFragment<DB> for Literal<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(C::SQL);
        Ok(())
    }
}
