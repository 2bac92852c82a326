use std::marker::PhantomData;

use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::Integer,
    sqlite::Sqlite,
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

/// A statement that has one text, which `M` names: diesel finds what it prepared by that name. Without one it writes the text of every
/// `UPDATE` and every upsert anew, to look it up.
#[derive(Debug)]
pub struct Named<M, S>(S, PhantomData<M>);

impl<M: 'static, S: QueryFragment<Sqlite>> Named<M, S> {
    pub(crate) fn new(statement: S) -> Self {
        #[cfg(debug_assertions)]
        texts::check::<M, S>(&statement);
        Self(statement, PhantomData)
    }
}

impl<M: 'static, S> QueryId for Named<M, S> {
    type QueryId = M;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<M, S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Named<M, S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<M, S: Query> Query for Named<M, S> {
    type SqlType = S::SqlType;
}

impl<M, S, C> RunQueryDsl<C> for Named<M, S> {}

/// In programs that are built to be tested: that what bears a name has one text.
#[cfg(debug_assertions)]
mod texts {
    use std::{
        any::{TypeId, type_name},
        collections::HashMap,
        sync::{LazyLock, Mutex, PoisonError},
    };

    use super::{QueryFragment, Sqlite};

    static TEXTS: LazyLock<Mutex<HashMap<TypeId, String>>> = LazyLock::new(Mutex::default);

    pub(super) fn check<M: 'static, S: QueryFragment<Sqlite>>(statement: &S) {
        let said = diesel::debug_query::<Sqlite, _>(statement).to_string();
        let text = said.split(" -- binds").next().unwrap_or_default();
        let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
        let known = texts.entry(TypeId::of::<M>()).or_insert_with(|| text.to_owned());
        assert_eq!(known, text, "{} names two statements", type_name::<M>());
    }
}
