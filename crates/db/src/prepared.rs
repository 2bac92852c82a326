use diesel::{
    QueryResult,
    backend::Backend,
    query_builder::{AstPass, QueryFragment, QueryId},
};

/// A statement that is prepared once for each text that it has. Diesel takes every `UPDATE` and every upsert for one that differs
/// each time, for which values it sets may differ; ours have as many texts as their values have ways to be given, which are few.
pub(crate) struct Prepared<S>(pub(crate) S);

/// The text is what a statement is known by.
impl<S> QueryId for Prepared<S> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Prepared<S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}
