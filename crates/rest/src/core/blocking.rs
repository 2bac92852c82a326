use super::{Problem, RestFault};

/// Runs `work` on the blocking pool: the one hop of a request.
pub(super) async fn off_the_event_loop<T, F>(work: F) -> Result<T, Problem>
where
    F: FnOnce() -> Result<T, Problem> + Send + 'static,
    T: Send + 'static,
{
    match actix_web::web::block(work).await {
        Ok(result) => result,
        // The pool gave the work up: it panicked (logged by the panic hook) or the server is stopping.
        Err(_gone) => Err(RestFault::Overloaded.into()),
    }
}
