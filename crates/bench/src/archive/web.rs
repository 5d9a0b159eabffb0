//! A caller of the API.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Empty};
use hyper::{Request, StatusCode, body::Bytes};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::task::JoinSet;

use super::KEY;

/// A client that keeps its connections.
#[derive(Clone, Debug)]
pub(super) struct Web {
    base: String,
    authorization: String,
    client: Client<HttpConnector, Empty<Bytes>>,
}

impl Web {
    pub(super) fn new(address: &str) -> Self {
        Self::of(format!("http://{address}"), format!("Bearer {KEY}"))
    }

    /// A caller of something else.
    pub(super) fn of(base: String, authorization: String) -> Self {
        Self {
            base,
            authorization,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Asks, and counts the bytes of the answer.
    pub(super) async fn size(&self, path: &str) -> anyhow::Result<usize> {
        let request = Request::get(format!("{}{path}", self.base))
            .header("authorization", &self.authorization)
            .header("user-agent", "DiscordBot (https://example.org, 1)")
            .body(Empty::new())?;
        let answer = self.client.request(request).await?;
        let status = answer.status();
        let mut body = answer.into_body();
        let mut size = 0;
        while let Some(frame) = body.frame().await {
            size += frame?.data_ref().map_or(0, Bytes::len);
        }
        anyhow::ensure!(status == StatusCode::OK, "{path}: {status}");
        Ok(size)
    }

    /// How long each of these takes, one after the other.
    pub(super) async fn times(&self, paths: &[String]) -> anyhow::Result<Vec<Duration>> {
        let mut times = Vec::new();
        for path in paths {
            let begun = Instant::now();
            self.size(path).await?;
            times.push(begun.elapsed());
        }
        Ok(times)
    }

    /// Asks for all of these on so many connections: how many each second, and how long each took.
    pub(super) async fn load(
        &self,
        paths: &[String],
        connections: usize,
    ) -> anyhow::Result<(f64, Vec<Duration>)> {
        let mut asking = JoinSet::new();
        let begun = Instant::now();
        let share = paths.len().div_ceil(connections);
        for paths in paths.chunks(share) {
            let (web, paths) = (self.clone(), paths.to_vec());
            asking.spawn(async move { web.times(&paths).await });
        }
        let mut times = Vec::new();
        while let Some(done) = asking.join_next().await {
            times.extend(done??);
        }
        let count = u32::try_from(times.len()).context("so many were not asked")?;
        Ok((f64::from(count) / begun.elapsed().as_secs_f64(), times))
    }
}
