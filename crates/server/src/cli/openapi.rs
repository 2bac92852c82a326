use clap::Args;

use super::say;

/// Print the description of the API (OpenAPI 3.1, YAML); the same is served as JSON at /openapi.json.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  renraku openapi > openapi/renraku.yaml")]
pub struct Openapi {}

impl Openapi {
    pub(super) fn run(self) -> anyhow::Result<bool> {
        say(renraku_rest::openapi::yaml()?.trim_end())?;
        Ok(true)
    }
}
