//! The typed client of the control address.

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use super::{Report, Verb};

/// Drives the people of a `discord-sim` in another process.
#[derive(Clone, Debug)]
pub struct Control {
    address: String,
    http: Client<HttpConnector, Full<Bytes>>,
}

/// Why a verb did not come through, or did not work.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody answers at the address, or what answers is no simulator.
    #[error("the simulator at {0} does not answer")]
    Unreachable(String, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// The simulator says why it cannot be done.
    #[error("{0}")]
    Refused(String),
}

impl Control {
    /// A client for the simulator at `address`, such as `127.0.0.1:4000`.
    pub fn new(address: &str) -> Self {
        let address = address.trim_start_matches("http://").trim_end_matches('/');
        Self {
            address: address.to_owned(),
            http: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Does one thing.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unreachable`] if nobody answers, [`ControlError::Refused`] if it cannot be done, for
    /// instance because the bot gave no answer.
    pub async fn run(&self, verb: &Verb) -> Result<Report, ControlError> {
        let unreachable = |source: Box<dyn std::error::Error + Send + Sync>| {
            ControlError::Unreachable(self.address.clone(), source)
        };
        let body = serde_json::to_vec(verb).map_err(|error| unreachable(error.into()))?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}/sim", self.address))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| unreachable(error.into()))?;
        let response = self
            .http
            .request(request)
            .await
            .map_err(|error| unreachable(error.into()))?;
        let body = response
            .into_body()
            .collect()
            .await
            .map_err(|error| unreachable(error.into()))?;
        let body = body.to_bytes();
        let report: Report = serde_json::from_slice(&body)
            .map_err(|_| ControlError::Refused(String::from_utf8_lossy(&body).into_owned()))?;
        match report.error {
            Some(error) => Err(ControlError::Refused(error)),
            None => Ok(report),
        }
    }

    /// The transcript so far.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unreachable`] if nobody answers.
    pub async fn transcript(&self) -> Result<String, ControlError> {
        let report = self.run(&Verb::Transcript { clear: false }).await?;
        Ok(report.lines.join("\n"))
    }
}
