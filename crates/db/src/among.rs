//! Lists in statements that are prepared once.
//!
//! Diesel's own `eq_any` marks a statement as one that differs each time, so that SQLite parses and plans it anew for
//! every request. Here a list is filled up to a power of two by repeating its last value, so that few texts serve all lengths.

use std::marker::PhantomData;

use diesel::{
    QueryResult,
    backend::Backend,
    expression::{
        AppearsOnTable, AsExpression, Expression, SelectableExpression, TypedExpressionType, ValidGrouping,
    },
    query_builder::{AstPass, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{Bool, HasSqlType, SingleValue, SqlType},
};

/// Longer lists are rare; to remember statements for them would cost more memory than it saves time.
const LONGEST_REMEMBERED: usize = 512;

/// `column IN (values)`; no value, no row.
pub fn among<C, V>(column: C, values: impl IntoIterator<Item = V>) -> Among<C, V, C::SqlType>
where
    C: Expression,
    C::SqlType: SqlType + TypedExpressionType,
    V: AsExpression<C::SqlType>,
{
    Among { column, values: values.into_iter().collect(), sql_type: PhantomData }
}

/// The expression that [`among`] makes.
#[derive(Debug, Clone)]
pub struct Among<C, V, T> {
    column: C,
    values: Vec<V>,
    sql_type: PhantomData<T>,
}

impl<C, V, T> Among<C, V, T> {
    /// How many values the statement's text has.
    fn places(&self) -> usize {
        let count = self.values.len();
        if count > LONGEST_REMEMBERED { count } else { count.next_power_of_two() }
    }
}

impl<C: Expression, V, T> Expression for Among<C, V, T> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<QS>, V, T, QS> AppearsOnTable<QS> for Among<C, V, T> {}

impl<C: SelectableExpression<QS>, V, T, QS> SelectableExpression<QS> for Among<C, V, T> {}

impl<C: ValidGrouping<G>, V, T, G> ValidGrouping<G> for Among<C, V, T> {
    type IsAggregate = C::IsAggregate;
}

/// The text depends on the number of values, not on the types alone.
impl<C, V, T> QueryId for Among<C, V, T> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, V, T, DB> QueryFragment<DB> for Among<C, V, T>
where
    DB: Backend + HasSqlType<T>,
    C: QueryFragment<DB>,
    V: ToSql<T, DB>,
    T: SingleValue,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Some(last) = self.values.last() else {
            out.push_sql("FALSE");
            return Ok(());
        };
        if self.values.len() > LONGEST_REMEMBERED {
            out.unsafe_to_cache_prepared();
        }
        self.column.walk_ast(out.reborrow())?;
        let mut before = " IN (";
        for value in self.values.iter().chain(std::iter::repeat(last)).take(self.places()) {
            out.push_sql(before);
            out.push_bind_param::<T, V>(value)?;
            before = ", ";
        }
        out.push_sql(")");
        Ok(())
    }
}
