use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::Integer,
};

/// A query that is handed over whole. What has a text that its type tells is known to be prepared once; diesel looks through all
/// of it each time to find that out.
#[derive(Debug)]
pub struct Known<S>(pub(crate) S);

impl<S: QueryId> QueryId for Known<S> {
    type QueryId = S::QueryId;

    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID;
}

impl<S: QueryFragment<DB> + QueryId, DB: Backend> QueryFragment<DB> for Known<S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, backend: &DB) -> QueryResult<bool> {
        if S::HAS_STATIC_QUERY_ID { Ok(true) } else { self.0.is_safe_to_cache_prepared(backend) }
    }
}

impl<S: Query> Query for Known<S> {
    type SqlType = S::SqlType;
}

impl<S, C> RunQueryDsl<C> for Known<S> {}

/// A statement that is prepared once for each text that it has. Diesel takes every `UPDATE` and every upsert for one that differs
/// each time, for which values it sets may differ; ours have as many texts as their values have ways to be given, which are few.
#[derive(Debug)]
pub struct Prepared<S>(pub(crate) S);

impl<S: QueryId> QueryId for Prepared<S> {
    type QueryId = S::QueryId;

    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID;
}

impl<S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Prepared<S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<S: Query> Query for Prepared<S> {
    type SqlType = S::SqlType;
}

impl<S, C> RunQueryDsl<C> for Prepared<S> {}

/// A statement that gives no rows, as a query: what diesel only executes it looks at by reference, past what [`Prepared`] says.
#[derive(Debug, QueryId)]
pub(crate) struct WithoutRows<S>(pub(crate) S);

impl<S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for WithoutRows<S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<S> Query for WithoutRows<S> {
    type SqlType = Integer;
}
