use crate::config::Config;
use crate::error::Result;
use std::future::Future;
#[derive(Debug, Clone, clap::Args)]
pub struct Options {}
pub async fn run(_config: Config, _options: Options, _stopped: impl Future<Output = ()>) -> Result<()> {
    Ok(())
}
