//! The listener: REST, gateway and files on one loopback port.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    Router,
    body::Body,
    extract::{
        ConnectInfo, FromRequestParts, Path, Query, Request, State, WebSocketUpgrade,
        connect_info::Connected,
    },
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::get,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

use crate::{control, error::code, gateway, ids::Id, rest, sim::Core};

/// Serves until the simulator is stopped.
pub(crate) async fn run(listener: TcpListener, core: Arc<Core>) {
    let app = Router::new()
        .route("/cdn/attachments/{channel}/{id}/{name}", get(file))
        .route("/cdn/ephemeral-attachments/{id}/{name}", get(upload))
        .fallback(websocket)
        .with_state(Arc::clone(&core))
        .merge(rest::router(&core))
        .merge(control::serve(&core));
    let service = app.into_make_service_with_connect_info::<Wire>();
    let stopped = core.stopped();
    let server = axum::serve(Port(listener), service);
    tokio::select! {
        result = server => {
            if let Err(error) = result {
                tracing::error!(%error, "the listener failed");
            }
        }
        () = stopped.cancelled() => {}
    }
}

/// Whatever is no REST call is the gateway's: `/`, `//`, and the resume address.
async fn websocket(
    State(core): State<Arc<Core>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    let is_dead = request.uri().path().starts_with("/resume")
        && core.with(|world| world.faults.dead_resume_address);
    if is_dead || core.look(|world| world.faults.refuse_connections) {
        return wire.cut();
    }
    let (mut parts, _) = request.into_parts();
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map(|query| query.0)
        .unwrap_or_default();
    match WebSocketUpgrade::from_request_parts(&mut parts, &core).await {
        Ok(upgrade) => gateway::open(upgrade, &query, core),
        Err(_) => rest::refusal(&code::NOT_FOUND.into()),
    }
}

async fn file(
    State(core): State<Arc<Core>>,
    Path((_, id, _)): Path<(String, String, String)>,
    uri: Uri,
) -> Response {
    let mut query = uri.query().unwrap_or_default().split('&');
    let ends = query.find_map(|part| part.strip_prefix("ex="));
    let ends = ends.and_then(|ends| u64::from_str_radix(ends, 16).ok());
    let now = core.look(|world| world.now() / 1000);
    if ends.is_some_and(|ends| now >= ends) {
        return StatusCode::NOT_FOUND.into_response();
    }
    given(&core, &id)
}

async fn upload(State(core): State<Arc<Core>>, Path((id, _)): Path<(String, String)>) -> Response {
    given(&core, &id)
}

/// A file that was uploaded.
fn given(core: &Core, id: &str) -> Response {
    let id: Option<Id> = id.parse().ok();
    match id.and_then(|id| core.with(|world| world.files.get(&id).cloned())) {
        Some(bytes) => Body::from(bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The listening port, whose connections can be cut in the middle of an answer.
struct Port(TcpListener);

impl Listener for Port {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((stream, address)) => {
                    // Small frames must not wait for each other.
                    let _ = stream.set_nodelay(true);
                    let wire = Wire::default();
                    return (Stream { stream, wire }, address);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A switch that cuts one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wire(Arc<AtomicBool>);

impl Wire {
    /// Cuts the connection: the answer returned here is never written.
    pub(crate) fn cut(&self) -> Response {
        self.0.store(true, Ordering::Release);
        StatusCode::BAD_GATEWAY.into_response()
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::Acquire) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

impl Connected<IncomingStream<'_, Port>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        stream.io().wire.clone()
    }
}

/// A connection with its switch.
struct Stream {
    stream: TcpStream,
    wire: Wire,
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.wire.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.wire.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.wire.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
