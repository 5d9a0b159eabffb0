//! One websocket connection, from HELLO to its end.

use std::{collections::VecDeque, ops::ControlFlow, sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::Instant,
};

use super::{Outgoing, compression::Packing, control_frame, identify, session::Line};
use crate::{ids::Id, sim::Core};

/// Payloads from the client may be this long, in bytes.
const MAX_PAYLOAD: usize = 4096;
/// A client may send this many payloads in [`SEND_WINDOW`].
const MAX_SENDS: usize = 120;
const SEND_WINDOW: Duration = Duration::from_mins(1);

/// Takes a websocket handshake for the gateway.
pub(crate) fn open(
    upgrade: WebSocketUpgrade,
    query: &[(String, String)],
    core: Arc<Core>,
) -> Response {
    let get = |key: &str| {
        query
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    };
    let version_ok = matches!(get("v"), Some("10" | "9") | None);
    let encoding_ok = matches!(get("encoding"), Some("json") | None);
    let compression_ok = core.with(|world| world.options.compression);
    let packing = Packing::named(get("compress").filter(|_| compression_ok));
    upgrade.on_upgrade(move |socket| async move {
        let mut connection = Connection::new(socket, packing, core);
        let end = if !version_ok {
            End::Close(4012, "Invalid API version.")
        } else if encoding_ok {
            connection.run().await
        } else {
            End::Close(4002, "Error while decoding payload.")
        };
        connection.finish(end).await;
    })
}

/// How a connection ends.
enum End {
    /// We close it with a code.
    Close(u16, &'static str),
    /// We drop the socket.
    Cut,
    /// The client closed it, with this code if any.
    ClosedByClient(Option<u16>),
}

struct Connection {
    socket: WebSocket,
    packing: Packing,
    core: Arc<Core>,
    number: u64,
    sender: UnboundedSender<Outgoing>,
    receiver: UnboundedReceiver<Outgoing>,
    session: Option<String>,
    sends: VecDeque<Instant>,
    last_beat: Instant,
}

/// `Break` ends the connection.
type Flow = ControlFlow<End>;

impl Connection {
    fn new(socket: WebSocket, packing: Packing, core: Arc<Core>) -> Self {
        let (sender, receiver) = unbounded_channel();
        Self {
            socket,
            packing,
            number: core.next_connection(),
            core,
            sender,
            receiver,
            session: None,
            sends: VecDeque::new(),
            last_beat: Instant::now(),
        }
    }

    async fn run(&mut self) -> End {
        let interval = self.core.with(|world| world.options.heartbeat_interval);
        let hello =
            json!({"heartbeat_interval": u64::try_from(interval.as_millis()).unwrap_or(u64::MAX)});
        if let ControlFlow::Break(end) = self.write(control_frame(10, &hello.to_string())).await {
            return end;
        }
        let stopped = self.core.stopped();
        let mut batch = Vec::new();
        loop {
            let silent_until = self.last_beat + interval * 2 + Duration::from_secs(1);
            let flow = tokio::select! {
                incoming = self.socket.next() => self.on_incoming(incoming).await,
                received = self.receiver.recv_many(&mut batch, 256) => {
                    if received == 0 {
                        return End::Cut;
                    }
                    self.on_outgoing(&mut batch).await
                }
                () = tokio::time::sleep_until(silent_until) => {
                    Flow::Break(End::Close(4009, "Session timed out"))
                }
                () = stopped.cancelled() => Flow::Break(End::Cut),
            };
            if let ControlFlow::Break(end) = flow {
                return end;
            }
        }
    }

    async fn on_outgoing(&mut self, batch: &mut Vec<Outgoing>) -> Flow {
        for outgoing in batch.drain(..) {
            match outgoing {
                Outgoing::Text(text) => {
                    let Ok(message) = self.packing.pack(text) else {
                        return Flow::Break(End::Cut);
                    };
                    if self.socket.feed(message).await.is_err() {
                        return Flow::Break(End::Cut);
                    }
                }
                Outgoing::Close(code, reason) => return Flow::Break(End::Close(code, reason)),
                Outgoing::Cut => return Flow::Break(End::Cut),
                Outgoing::Written(done) => {
                    if self.socket.flush().await.is_err() {
                        return Flow::Break(End::Cut);
                    }
                    let _ = done.send(());
                }
            }
        }
        match self.socket.flush().await {
            Ok(()) => Flow::Continue(()),
            Err(_) => Flow::Break(End::Cut),
        }
    }

    async fn write(&mut self, text: axum::extract::ws::Utf8Bytes) -> Flow {
        let Ok(message) = self.packing.pack(text) else {
            return Flow::Break(End::Cut);
        };
        match self.socket.send(message).await {
            Ok(()) => Flow::Continue(()),
            Err(_) => Flow::Break(End::Cut),
        }
    }

    async fn on_incoming(&mut self, incoming: Option<Result<Message, axum::Error>>) -> Flow {
        let payload = match incoming {
            None | Some(Err(_)) => return Flow::Break(End::Cut),
            Some(Ok(Message::Close(frame))) => {
                return Flow::Break(End::ClosedByClient(frame.map(|frame| frame.code)));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Flow::Continue(()),
            Some(Ok(message)) => message.into_data(),
        };
        let now = Instant::now();
        while self
            .sends
            .front()
            .is_some_and(|sent| *sent + SEND_WINDOW < now)
        {
            self.sends.pop_front();
        }
        self.sends.push_back(now);
        if self.sends.len() > MAX_SENDS {
            return Flow::Break(End::Close(4008, "Rate limited."));
        }
        if payload.len() > MAX_PAYLOAD {
            return Flow::Break(End::Close(4002, "Error while decoding payload."));
        }
        let Ok(payload) = serde_json::from_slice::<Value>(&payload) else {
            return Flow::Break(End::Close(4002, "Error while decoding payload."));
        };
        let Some(op) = payload.get("op").and_then(Value::as_u64) else {
            return Flow::Break(End::Close(4001, "Unknown opcode."));
        };
        self.on_payload(op, payload.get("d").unwrap_or(&Value::Null))
            .await
    }

    async fn on_payload(&mut self, op: u64, d: &Value) -> Flow {
        match (op, &self.session) {
            (1, _) => {
                self.last_beat = Instant::now();
                if self.core.with(|world| world.faults.freeze_acks) {
                    return Flow::Continue(());
                }
                self.write(control_frame(11, "null")).await
            }
            (2 | 6, Some(_)) => Flow::Break(End::Close(4005, "Already authenticated.")),
            (2, None) => self.start(d, identify::identify).await,
            (6, None) => self.start(d, identify::resume).await,
            (3 | 4 | 8 | 31 | 43, None) => Flow::Break(End::Close(4003, "Not authenticated.")),
            (3 | 4 | 8 | 31 | 43, Some(session)) => {
                self.core
                    .with(|world| super::commands::run(world, session, op, d));
                Flow::Continue(())
            }
            _ => Flow::Break(End::Close(4001, "Unknown opcode.")),
        }
    }

    async fn start(
        &mut self,
        d: &Value,
        begin: fn(&mut crate::state::World, &Value, Line) -> Result<String, identify::Refused>,
    ) -> Flow {
        let line = Line {
            connection: self.number,
            sender: self.sender.clone(),
        };
        match self.core.with(|world| begin(world, d, line)) {
            Ok(session) => {
                self.session = Some(session);
                Flow::Continue(())
            }
            Err(identify::Refused::Close(code, reason)) => Flow::Break(End::Close(code, reason)),
            Err(identify::Refused::Invalid { resumable }) => {
                let resumable = if resumable { "true" } else { "false" };
                self.write(control_frame(9, resumable)).await
            }
        }
    }

    async fn finish(mut self, end: End) {
        let ends_session = matches!(
            end,
            End::ClosedByClient(Some(1000 | 1001)) | End::Close(4009, _)
        );
        if let Some(session) = &self.session {
            self.core.with(|world| {
                let now = world.now();
                let sessions = &mut world.gateway.sessions;
                let is_ours = sessions
                    .get(session)
                    .and_then(|session| session.line.as_ref())
                    .is_some_and(|line| line.connection == self.number);
                if is_ours && ends_session {
                    sessions.remove(session);
                } else if is_ours && let Some(session) = sessions.get_mut(session) {
                    session.line = None;
                    session.detached = Some(now);
                }
            });
        }
        match end {
            End::Close(code, reason) => {
                let frame = CloseFrame {
                    code,
                    reason: reason.into(),
                };
                if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                    // Let the client answer, or the close code may be lost with the socket.
                    let answer = async { while let Some(Ok(_)) = self.socket.next().await {} };
                    let _ = tokio::time::timeout(Duration::from_secs(2), answer).await;
                }
            }
            End::ClosedByClient(_) => {
                let _ = self.socket.flush().await;
            }
            End::Cut => {}
        }
    }
}

/// The shard that a guild's events go to.
pub(super) fn shard_of(guild: Id, count: u64) -> u64 {
    (guild.get() >> 22) % count.max(1)
}
