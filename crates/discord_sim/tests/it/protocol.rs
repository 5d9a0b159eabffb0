//! The gateway's rules, with a socket in the hand: close codes, compression, requests.

use discord_sim::{Sim, SimOptions};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message as Frame,
};

use crate::support::{PATIENCE, install_crypto, sim};

struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    inflate: Option<flate2::Decompress>,
}

/// What comes over a socket.
#[derive(Debug)]
enum Got {
    Payload(Value),
    Closed(u16),
}

impl Socket {
    async fn open(sim: &Sim, query: &str) -> Self {
        let (stream, _) = connect_async(format!("{}/?{query}", sim.gateway_url()))
            .await
            .unwrap();
        let inflate = query
            .contains("zlib-stream")
            .then(|| flate2::Decompress::new(true));
        Self { stream, inflate }
    }

    async fn hello(sim: &Sim) -> Self {
        let mut socket = Self::open(sim, "v=10&encoding=json").await;
        assert_eq!(socket.payload().await["op"], 10);
        socket
    }

    async fn ready(sim: &Sim, intents: u64) -> Self {
        let mut socket = Self::hello(sim).await;
        socket.send(&identify(sim, intents)).await;
        assert_eq!(socket.payload().await["t"], "READY");
        socket
    }

    async fn send(&mut self, payload: &Value) {
        self.stream
            .send(Frame::text(payload.to_string()))
            .await
            .unwrap();
    }

    async fn next(&mut self) -> Got {
        let frame = tokio::time::timeout(PATIENCE, self.stream.next())
            .await
            .expect("a frame comes");
        match frame {
            Some(Ok(Frame::Text(text))) => Got::Payload(serde_json::from_str(&text).unwrap()),
            Some(Ok(Frame::Binary(bytes))) => {
                let inflate = self
                    .inflate
                    .as_mut()
                    .expect("only asked-for compression comes");
                let mut text = Vec::with_capacity(1 << 20);
                inflate
                    .decompress_vec(&bytes, &mut text, flate2::FlushDecompress::Sync)
                    .unwrap();
                Got::Payload(serde_json::from_slice(&text).unwrap())
            }
            Some(Ok(Frame::Close(Some(frame)))) => Got::Closed(frame.code.into()),
            other => panic!("{other:?}"),
        }
    }

    async fn payload(&mut self) -> Value {
        match self.next().await {
            Got::Payload(payload) => payload,
            Got::Closed(code) => panic!("closed with {code}"),
        }
    }

    async fn event(&mut self, name: &str) -> Value {
        loop {
            let payload = self.payload().await;
            if payload["t"] == name {
                return payload["d"].clone();
            }
        }
    }

    async fn closed(&mut self) -> u16 {
        loop {
            if let Got::Closed(code) = self.next().await {
                return code;
            }
        }
    }
}

fn identify(sim: &Sim, intents: u64) -> Value {
    json!({"op": 2, "d": {"token": sim.bot_token(), "intents": intents, "properties": {}}})
}

const MEMBERS: u64 = 1 << 1;

#[tokio::test]
async fn wrong_payloads_close_with_their_codes() {
    let sim = sim().await;
    let good = identify(&sim, 1);
    let with = |key: &str, value: Value| {
        let mut payload = good.clone();
        payload["d"][key] = value;
        payload
    };
    for (payload, code) in [
        (json!({"op": 99, "d": null}), 4001),
        (json!({"nothing": true}), 4001),
        (json!({"op": 3, "d": {}}), 4003),
        (with("token", json!("wrong")), 4004),
        (with("intents", json!(1 << 17)), 4013),
        (with("shard", json!([2, 2])), 4010),
        (with("padding", json!("x".repeat(5000))), 4002),
    ] {
        let mut socket = Socket::hello(&sim).await;
        socket.send(&payload).await;
        assert_eq!(socket.closed().await, code, "{payload}");
    }
    let mut socket = Socket::ready(&sim, 1).await;
    socket.send(&good).await;
    assert_eq!(socket.closed().await, 4005);
    let mut socket = Socket::hello(&sim).await;
    socket.stream.send(Frame::text("{")).await.unwrap();
    assert_eq!(socket.closed().await, 4002);
    let mut socket = Socket::open(&sim, "v=6").await;
    assert_eq!(socket.closed().await, 4012);
}

#[tokio::test]
async fn privileged_intents_must_be_switched_on() {
    install_crypto();
    let options = SimOptions {
        members_intent: false,
        ..SimOptions::default()
    };
    let sim = Sim::start(options).await.unwrap();
    let mut socket = Socket::hello(&sim).await;
    socket.send(&identify(&sim, MEMBERS)).await;
    assert_eq!(socket.closed().await, 4014);
}

#[tokio::test]
async fn too_many_payloads_close_the_connection() {
    let sim = sim().await;
    let mut socket = Socket::ready(&sim, 0).await;
    for _ in 0..121 {
        socket.send(&json!({"op": 1, "d": null})).await;
    }
    assert_eq!(socket.closed().await, 4008);
}

#[tokio::test]
async fn identifies_take_turns() {
    install_crypto();
    let sim = Sim::start(SimOptions::default()).await.unwrap();
    let _first = Socket::ready(&sim, 0).await;
    let mut second = Socket::hello(&sim).await;
    second.send(&identify(&sim, 0)).await;
    let refused = second.payload().await;
    assert_eq!(
        (refused["op"].clone(), refused["d"].clone()),
        (json!(9), json!(false))
    );
    sim.advance(std::time::Duration::from_secs(5));
    second.send(&identify(&sim, 0)).await;
    assert_eq!(second.payload().await["t"], "READY");
}

#[tokio::test]
async fn a_bad_resume_is_an_invalid_session_and_never_a_close() {
    let sim = sim().await;
    let mut socket = Socket::hello(&sim).await;
    socket.send(&identify(&sim, 1)).await;
    let session = socket.payload().await["d"]["session_id"].clone();
    drop(socket);
    for (id, sequence) in [(json!("none"), 1), (session, 99)] {
        let mut socket = Socket::hello(&sim).await;
        let resume =
            json!({"op": 6, "d": {"token": sim.bot_token(), "session_id": id, "seq": sequence}});
        socket.send(&resume).await;
        let refused = socket.payload().await;
        assert_eq!(
            (refused["op"].clone(), refused["d"].clone()),
            (json!(9), json!(false))
        );
    }
}

#[tokio::test]
async fn frames_are_compact_and_in_twilights_order() {
    let sim = sim().await;
    let mut socket = Socket::hello(&sim).await;
    socket.send(&identify(&sim, 1)).await;
    let Some(Ok(Frame::Text(text))) = socket.stream.next().await else {
        panic!("no text");
    };
    assert!(
        text.starts_with(r#"{"t":"READY","s":1,"op":0,"d":{"#),
        "{text}"
    );
}

#[tokio::test]
async fn zlib_is_one_stream_over_all_frames() {
    let sim = sim().await;
    sim.guild("g");
    let mut socket = Socket::open(&sim, "compress=zlib-stream&v=10&encoding=json").await;
    assert_eq!(socket.payload().await["op"], 10);
    socket.send(&identify(&sim, 1)).await;
    assert_eq!(socket.event("GUILD_CREATE").await["name"], "g");
}

#[tokio::test]
async fn members_come_in_chunks_of_a_thousand() {
    let sim = sim().await;
    let guild = sim.guild("g");
    guild.members(2500);
    let alice = guild.member("alice");
    let mut socket = Socket::ready(&sim, MEMBERS).await;
    let ask = |d: Value| json!({"op": 8, "d": d});
    let all = ask(json!({"guild_id": guild.id(), "query": "", "limit": 0, "nonce": "n"}));
    socket.send(&all).await;
    let mut members = 0;
    for index in 0..3 {
        let chunk = socket.event("GUILD_MEMBERS_CHUNK").await;
        assert_eq!(
            (chunk["chunk_index"].clone(), chunk["chunk_count"].clone()),
            (json!(index), json!(3))
        );
        assert_eq!(chunk["nonce"], "n");
        members += chunk["members"].as_array().map_or(0, Vec::len);
    }
    assert_eq!(members, guild.member_count());
    socket.send(&all).await;
    let limited = socket.event("RATE_LIMITED").await;
    assert_eq!(limited["opcode"], 8);
    assert_eq!(limited["meta"]["nonce"], "n");
    socket
        .send(&ask(
            json!({"guild_id": guild.id(), "user_ids": [alice.id(), "5"]}),
        ))
        .await;
    let chunk = socket.event("GUILD_MEMBERS_CHUNK").await;
    assert_eq!(chunk["members"][0]["user"]["username"], "alice");
    assert_eq!(chunk["not_found"], json!(["5"]));
}

#[tokio::test]
async fn large_guilds_send_the_bot_and_those_in_voice_alone() {
    let sim = sim().await;
    let guild = sim.guild("g");
    guild.members(1000);
    let alice = guild.member("alice");
    alice.joins(&guild.voice("room"));
    let mut socket = Socket::hello(&sim).await;
    socket.send(&identify(&sim, 1)).await;
    let shown = socket.event("GUILD_CREATE").await;
    assert_eq!(shown["members"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (shown["large"].clone(), shown["member_count"].clone()),
        (json!(true), json!(1003))
    );
    assert!(shown["voice_states"][0].get("guild_id").is_none());
}

#[tokio::test]
async fn sessions_end_with_a_normal_close_and_survive_others() {
    use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};
    let sim = sim().await;
    for (code, survives) in [(1000_u16, false), (4000, true)] {
        let mut socket = Socket::hello(&sim).await;
        socket.send(&identify(&sim, 0)).await;
        let session = socket.payload().await["d"]["session_id"].clone();
        let frame = CloseFrame {
            code: CloseCode::from(code),
            reason: "".into(),
        };
        socket.stream.close(Some(frame)).await.unwrap();
        while let Some(Ok(_)) = socket.stream.next().await {}
        sim.wait_until(PATIENCE, |sim| sim.connected_shards() == 0)
            .await
            .unwrap();
        let mut again = Socket::hello(&sim).await;
        let resume = json!({"op": 6, "d": {"token": format!("Bot {}", sim.bot_token()), "session_id": session, "seq": 1}});
        again.send(&resume).await;
        let answer = again.payload().await;
        assert_eq!(answer["t"] == "RESUMED", survives, "{answer}");
        again.stream.close(None).await.unwrap();
        sim.wait_until(PATIENCE, |sim| sim.connected_shards() == 0)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_silent_client_is_closed_and_a_deaf_server_acknowledges_nothing() {
    install_crypto();
    let options = SimOptions {
        heartbeat_interval: std::time::Duration::from_millis(50),
        max_concurrency: 0,
        ..SimOptions::default()
    };
    let sim = Sim::start(options).await.unwrap();
    let mut silent = Socket::ready(&sim, 0).await;
    let mut beating = Socket::hello(&sim).await;
    beating.send(&json!({"op": 1, "d": null})).await;
    assert_eq!(beating.payload().await["op"], 11);
    sim.faults().freeze_acks(true);
    beating.send(&json!({"op": 1, "d": null})).await;
    sim.faults().freeze_acks(false);
    assert_eq!(silent.closed().await, 4009);
    assert_eq!(
        beating.closed().await,
        4009,
        "no acknowledgement came before"
    );
}

#[tokio::test]
async fn guilds_go_to_their_shards_and_direct_messages_to_the_first() {
    let sim = sim().await;
    let guilds = [sim.guild("one"), sim.guild("two")];
    let mut shards = Vec::new();
    for id in 0..2_u64 {
        let mut socket = Socket::hello(&sim).await;
        let mut payload = identify(&sim, 1 | 1 << 9 | 1 << 12 | 1 << 15);
        payload["d"]["shard"] = json!([id, 2]);
        socket.send(&payload).await;
        let own = guilds
            .iter()
            .find(|guild| (guild.id().get() >> 22) % 2 == id)
            .unwrap();
        assert_eq!(socket.event("GUILD_CREATE").await["id"], json!(own.id()));
        shards.push((socket, own));
    }
    for (socket, own) in &mut shards {
        own.member("alice").says(&own.text("general"), "here");
        assert_eq!(
            socket.event("MESSAGE_CREATE").await["guild_id"],
            json!(own.id())
        );
    }
    guilds[1].member("alice").says_to_bot("psst");
    let (first, _) = &mut shards[0];
    let direct = first.event("MESSAGE_CREATE").await;
    assert_eq!(direct["content"], "psst");
    assert!(direct.get("guild_id").is_none());
}

#[tokio::test]
async fn the_bot_joins_voice_and_asks_for_channel_info() {
    let sim = sim().await;
    let guild = sim.guild("g");
    let room = guild.voice("room");
    let mut socket = Socket::ready(&sim, 1 | 1 << 7).await;
    let join = json!({"guild_id": guild.id(), "channel_id": room.id(), "self_mute": true, "self_deaf": false});
    socket.send(&json!({"op": 4, "d": join})).await;
    let state = socket.event("VOICE_STATE_UPDATE").await;
    assert_eq!(
        (state["self_mute"].clone(), state["channel_id"].clone()),
        (json!(true), json!(room.id()))
    );
    socket.event("VOICE_SERVER_UPDATE").await;
    let path = format!("/channels/{}/voice-status", room.id());
    crate::support::api(&sim, "PUT", &path, json!({"status": "Quiz"})).await;
    let fields = json!({"guild_id": guild.id(), "fields": ["status", "voice_start_time"]});
    socket.send(&json!({"op": 43, "d": fields})).await;
    let info = socket.event("CHANNEL_INFO").await;
    assert_eq!(info["channels"][0]["status"], "Quiz");
    assert!(info["channels"][0]["voice_start_time"].is_u64());
    socket
        .send(&json!({"op": 4, "d": {"guild_id": guild.id(), "channel_id": null, "self_mute": false, "self_deaf": false}}))
        .await;
    assert_eq!(
        socket.event("VOICE_STATE_UPDATE").await["channel_id"],
        Value::Null
    );
}

#[tokio::test]
async fn the_daily_limit_of_starts_is_counted_and_shown() {
    install_crypto();
    let options = SimOptions {
        session_starts: 2,
        max_concurrency: 0,
        ..SimOptions::default()
    };
    let sim = Sim::start(options).await.unwrap();
    let _one = Socket::ready(&sim, 0).await;
    let (_, limits) = crate::support::api(&sim, "GET", "/gateway/bot", json!(null)).await;
    assert_eq!(limits["session_start_limit"]["remaining"], 1);
    let _two = Socket::ready(&sim, 0).await;
    let mut three = Socket::hello(&sim).await;
    three.send(&identify(&sim, 0)).await;
    assert_eq!(three.closed().await, 4004);
}

#[tokio::test]
async fn an_expired_session_is_not_resumed() {
    let sim = sim().await;
    let mut socket = Socket::hello(&sim).await;
    socket.send(&identify(&sim, 0)).await;
    let session = socket.payload().await["d"]["session_id"].clone();
    drop(socket);
    sim.wait_until(PATIENCE, |sim| sim.connected_shards() == 0)
        .await
        .unwrap();
    sim.advance(std::time::Duration::from_mins(4));
    let mut again = Socket::hello(&sim).await;
    again
        .send(&json!({"op": 6, "d": {"token": sim.bot_token(), "session_id": session, "seq": 1}}))
        .await;
    assert_eq!(again.payload().await["op"], 9);
}
