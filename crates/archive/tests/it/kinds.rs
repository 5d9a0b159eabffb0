//! Messages of every kind: deleted in bulk, pinned, passed on, polls and votes, posts of a forum, private threads.

use serde_json::{Value, json};
use testkit::{
    Story,
    discord_sim::{Guild, Person, SeenMessage},
};
use twilight_http::request::{Method, RequestBuilder};

use crate::{enable, stored, story, texts};

/// What the bot itself asks of Discord.
pub(crate) async fn bot(story: &Story, method: Method, path: String, body: Value) -> Value {
    let mut request = RequestBuilder::raw(method, path);
    if !body.is_null() {
        request = request.body(body.to_string().into_bytes());
    }
    let discord = &story.house().discord;
    let request = request.build().unwrap();
    if method == Method::Post {
        discord.raw(request).await.unwrap()
    } else {
        discord.raw_done(request).await.unwrap();
        Value::Null
    }
}

/// Somebody passes a message on. Discord's document of bodies does not know that bots may, so people do it.
pub(crate) fn pass_on(story: &Story, guild: &Guild, by: &Person, of: &SeenMessage) {
    let mut message = of.json().clone();
    let snapshot = json!({ "message": { "type": 0, "content": message["content"], "flags": 0, "embeds": [],
        "attachments": [], "components": [], "mentions": [], "mention_roles": [], "edited_timestamp": null,
        "timestamp": message["timestamp"] } });
    message["message_reference"] = json!({
        "type": 1, "message_id": message["id"], "channel_id": message["channel_id"],
        "guild_id": guild.id().to_string(),
    });
    message["id"] = json!((of.id().get() + 1_000).to_string());
    message["author"]["id"] = json!(by.id().to_string());
    message["author"]["username"] = json!("bob");
    message["author"]["global_name"] = Value::Null;
    message["guild_id"] = json!(guild.id().to_string());
    message["content"] = json!("");
    message["message_snapshots"] = json!([snapshot]);
    let faults = story.sim.faults();
    faults.raw_dispatch("MESSAGE_CREATE", &message.to_string());
}

#[tokio::test]
async fn bulk_deletions_and_pins_are_kept() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let messages: Vec<_> = (0..5)
            .map(|at| alice.says(&channel, &format!("said {at}")))
            .collect();
        story.idle().await;
        let ids: Vec<String> = messages[..4]
            .iter()
            .map(|one| one.id().to_string())
            .collect();
        let path = format!("channels/{}/messages/bulk-delete", channel.id());
        let request = RequestBuilder::raw(Method::Post, path)
            .body(json!({ "messages": ids }).to_string().into_bytes());
        let discord = &story.house().discord;
        discord.raw_done(request.build().unwrap()).await.unwrap();
        let pin = format!(
            "channels/{}/messages/pins/{}",
            channel.id(),
            messages[4].id()
        );
        bot(story, Method::Put, pin, Value::Null).await;
        story.idle().await;
        assert_eq!(
            stored(story).await,
            [
                "said 0 (deleted)",
                "said 1 (deleted)",
                "said 2 (deleted)",
                "said 3 (deleted)",
                "said 4"
            ]
        );
        let pinned = "select content from archive.message where is_pinned";
        assert_eq!(texts(story, pinned).await, ["said 4"]);
        let versions = "select count(*)::text from archive.version";
        assert_eq!(texts(story, versions).await, ["0"], "a pin is no edit");
    })
    .await;
}

#[tokio::test]
async fn polls_votes_and_what_is_passed_on_can_be_found() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let alice = guild.member("alice");
        let channel = guild.text("general");
        story.idle().await;
        enable(story, &guild, &channel).await;
        let path = format!("channels/{}/messages", channel.id());
        let poll = json!({ "poll": {
            "question": { "text": "Which beam?" },
            "answers": [{ "poll_media": { "text": "Oak" } }, { "poll_media": { "text": "Steel" } }],
            "duration": 1, "allow_multiselect": false,
        }});
        let poll = bot(story, Method::Post, path, poll).await;
        let said = alice.says(&channel, "the crane is here");
        pass_on(story, &guild, &guild.member("bob"), &said);
        let vote = |name: &str, answer: u8| {
            let vote = json!({
                "user_id": alice.id().to_string(), "channel_id": channel.id().to_string(),
                "message_id": poll["id"], "guild_id": guild.id().to_string(), "answer_id": answer,
            });
            story.sim.faults().raw_dispatch(name, &vote.to_string());
        };
        vote("MESSAGE_POLL_VOTE_ADD", 1);
        vote("MESSAGE_POLL_VOTE_ADD", 2);
        vote("MESSAGE_POLL_VOTE_REMOVE", 1);
        story.idle().await;
        let votes = "select answer_id || ' by ' || (user_id = $USER) from reporting.poll_votes";
        let votes = votes.replace("$USER", &alice.id().to_string());
        assert_eq!(texts(story, &votes).await, ["2 by true"]);
        let reactions = "select emoji from reporting.reactions";
        assert!(texts(story, reactions).await.is_empty());
        owner.sees(&channel);
        for (words, by) in [
            ("steel has:poll", "Majordome"),
            ("crane has:forward", "bob"),
        ] {
            let options = [("words", words.into())];
            let found = story.answer(owner.slash("/archive search", &options)).await;
            assert!(found.text().contains(by), "{words}: {}", found.text());
        }
    })
    .await;
}

#[tokio::test]
async fn posts_of_a_forum_and_private_threads_are_kept_and_private_ones_stay_private() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let (alice, bob) = (guild.member("alice"), guild.member("bob").locale("en-US"));
        let channel = guild.text("general");
        let helper = guild.role("Helper", testkit::discord_sim::Permissions::MANAGE_MESSAGES);
        owner.gives_role(&bob, &helper);
        story.idle().await;
        let path = format!("guilds/{}/channels", guild.id());
        let forum = json!({ "name": "questions", "type": 15 });
        bot(story, Method::Post, path, forum).await;
        story.idle().await;
        let forum = guild.channel("questions").unwrap();
        for place in [&channel, &forum] {
            let options = [("channel", place.into())];
            let answer = story.answer(owner.slash("/archive enable", &options)).await;
            assert!(answer.text().contains("are kept"), "{}", answer.text());
        }
        let path = format!("channels/{}/threads", forum.id());
        let post = json!({ "name": "How high?", "message": { "content": "twelve metres" } });
        bot(story, Method::Post, path, post).await;
        let path = format!("channels/{}/threads", channel.id());
        let private = json!({ "name": "Wages", "type": 12 });
        let private = bot(story, Method::Post, path, private).await;
        let path = format!("channels/{}/messages", private["id"].as_str().unwrap());
        bot(
            story,
            Method::Post,
            path,
            json!({ "content": "secret wages" }),
        )
        .await;
        alice.says(&channel, "open wages");
        story.idle().await;
        let said = texts(
            story,
            "select content from archive.message where content <> '' order by id",
        )
        .await;
        assert_eq!(said, ["twelve metres", "secret wages", "open wages"]);
        let options = [("words", "wages".into())];
        let found = story.answer(bob.slash("/archive search", &options)).await;
        assert!(found.text().contains("open wages"), "{}", found.text());
        assert!(!found.text().contains("secret"), "{}", found.text());
        let found = story.answer(owner.slash("/archive search", &options)).await;
        assert!(found.text().contains("secret"), "{}", found.text());
        for place in [channel, forum] {
            owner.sees(&place);
        }
        for thread in ["How high?", "Wages"] {
            owner.sees(&guild.channel(thread).unwrap());
        }
    })
    .await;
}
