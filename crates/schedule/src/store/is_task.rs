use diesel::{
    QueryResult,
    backend::Backend,
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::Bool,
};

/// That a calendar object is a task, in the words of the indexes of tasks. A value that is bound would pass them by, and a statement
/// with any other literal in it is prepared anew each time.
#[derive(Debug, Clone, Copy, QueryId)]
pub(super) struct IsTask;

impl Expression for IsTask {
    type SqlType = Bool;
}

impl<QS> AppearsOnTable<QS> for IsTask {}

impl<QS> SelectableExpression<QS> for IsTask {}

impl<G> ValidGrouping<G> for IsTask {
    type IsAggregate = is_aggregate::No;
}

impl<DB: Backend> QueryFragment<DB> for IsTask {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("calendar_objects.component = 'VTODO'");
        Ok(())
    }
}
