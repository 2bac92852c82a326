use renraku_db::Error;
use tokio::task::spawn_blocking;

use crate::fault::AccountFault;

/// Runs work that blocks where it holds up no event loop.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccountFault> + Send + 'static,
) -> Result<T, AccountFault> {
    match spawn_blocking(work).await {
        Ok(result) => result,
        Err(cut_off) => Err(Error::damaged(format!("a login did not end: {cut_off}")).into()),
    }
}
