//! `/api-key`.

use jiff::SignedDuration;

use crate::story;

/// What stands between the fences of a card.
fn token(text: &str) -> String {
    let start = text.find("mj_").unwrap();
    text[start..]
        .chars()
        .take_while(|letter| !letter.is_whitespace() && *letter != '`')
        .collect()
}

#[tokio::test]
async fn an_administrator_makes_replaces_and_revokes_keys() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        let path = format!("/v1/guilds/{}/things", guild.id());
        let status = async |key: &str| story.call("GET", &path).key(key).send().await.status;
        let options = [
            ("name", "Power BI".into()),
            ("scopes", "things.read".into()),
        ];
        let made = story.answer(owner.slash("/api-key create", &options)).await;
        assert!(made.message().is_ephemeral(), "only the owner may see it");
        let first = token(&made.text());
        assert_eq!(status(&first).await, 200);
        assert_eq!(
            story.call("POST", &path).key(&first).send().await.status,
            403
        );

        let listed = story.answer(owner.slash("/api-key list", &[])).await.text();
        assert!(
            listed.contains("Power BI") && listed.contains(&first[..11]),
            "{listed}"
        );
        assert!(!listed.contains(&first), "a token is shown once: {listed}");

        let prefix = &first[3..11];
        let replaced = story
            .answer(owner.slash(
                "/api-key rotate",
                &[("key", prefix.into()), ("hours", 1.into())],
            ))
            .await;
        let second = token(&replaced.text());
        assert_ne!(first, second);
        assert_eq!((status(&first).await, status(&second).await), (200, 200));
        story.advance(SignedDuration::from_hours(1)).await;
        assert_eq!((status(&first).await, status(&second).await), (401, 200));

        let revoked = story
            .answer(owner.slash("/api-key revoke", &[("key", second.as_str().into())]))
            .await;
        assert!(
            revoked.text().contains("no longer works"),
            "{}",
            revoked.text()
        );
        assert_eq!(status(&second).await, 401);
        let again = story
            .answer(owner.slash("/api-key revoke", &[("key", second[3..11].into())]))
            .await;
        assert!(again.text().contains("There is no key"), "{}", again.text());
    })
    .await;
}

#[tokio::test]
async fn keys_of_another_server_are_not_there() {
    story(async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        story.idle().await;
        let key = story.key(Some(crate::id(&there)), &["things.read"]).await;
        let owner = here.owner();
        let listed = story.answer(owner.slash("/api-key list", &[])).await.text();
        assert!(!listed.contains("mj_"), "{listed}");
        let revoked = story
            .answer(owner.slash("/api-key revoke", &[("key", key[3..11].into())]))
            .await;
        assert!(
            !revoked.text().contains("no longer works"),
            "{}",
            revoked.text()
        );
        let path = format!("/v1/guilds/{}/things", there.id());
        story.call("GET", &path).key(&key).send().await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_rule() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner();
        let alice = guild.member("alice");
        story.idle().await;
        let options = [("name", "x".into()), ("scopes", "things.raed".into())];
        let unknown = story.answer(owner.slash("/api-key create", &options)).await;
        assert!(unknown.text().contains("things.raed"), "{}", unknown.text());
        let options = [("name", "x".into()), ("scopes", "things.read".into())];
        // Discord itself does not offer it to others.
        assert!(
            alice
                .slash("/api-key create", &options)
                .answer()
                .await
                .is_err()
        );
    })
    .await;
}
