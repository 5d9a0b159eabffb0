//! Erasing somebody: every feature does, again and again without harm.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use feature::{
    Feature, Kit, Outcome, Registry, Scope,
    erasure::{Erased, Person},
};
use jiff::SignedDuration;
use serde_json::json;
use testkit::{BotOptions, discord_sim::SimOptions};

/// Whom which feature erased, and whether one of them can not.
static ASKED: Mutex<Vec<(&str, Person)>> = Mutex::new(Vec::new());
static IS_BROKEN: AtomicBool = AtomicBool::new(true);

fn note(feature: &'static str, person: Person) {
    ASKED.lock().unwrap().push((feature, person));
}

struct Letters;

impl Feature for Letters {
    const NAME: &'static str = "letters";

    fn register(scope: &mut Scope<'_, Self>) {
        scope.erases(async |_: Kit<Self>, person: Person| -> Outcome<Erased> {
            note("letters", person);
            if IS_BROKEN.load(Ordering::Relaxed) {
                return Err(sqlx::Error::PoolTimedOut.into());
            }
            Ok(Erased::Now(3))
        });
    }
}

struct Photos;

impl Feature for Photos {
    const NAME: &'static str = "photos";

    fn register(scope: &mut Scope<'_, Self>) {
        scope.erases(async |_: Kit<Self>, person: Person| -> Outcome<Erased> {
            note("photos", person);
            Ok(Erased::Later)
        });
    }
}

fn features() -> Registry {
    Registry::new()
        .with(admin::Admin)
        .with(Letters)
        .with(Photos)
}

#[tokio::test]
async fn every_feature_erases_somebody_also_where_it_is_off_and_again_where_one_could_not() {
    let options = BotOptions::default().with_http();
    testkit::story_with(features, SimOptions::default(), options, async |story| {
        let (guild, other) = (story.sim.guild("Rust FR"), story.sim.guild("Elsewhere"));
        let (owner, alice) = (guild.owner(), guild.member("alice"));
        story.idle().await;
        let person = [("person", (&alice).into())];
        let off = [("feature", "photos".into())];
        story.answer(owner.slash("/features disable", &off)).await;
        let told = story.answer(owner.slash("/erase", &person)).await.text();
        assert!(
            told.contains("@alice") && told.contains("`letters`, `photos`"),
            "{told}"
        );
        story.idle().await;
        let french = owner.clone().locale("fr");
        IS_BROKEN.store(false, Ordering::Relaxed);
        story.advance(SignedDuration::from_hours(1)).await;
        let asked = std::mem::take(&mut *ASKED.lock().unwrap());
        let names: Vec<&str> = asked.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            ["letters", "photos", "letters", "photos"],
            "one that fails keeps none from it"
        );
        let first = asked[0].1;
        assert!(
            asked.iter().all(|(_, person)| *person == first),
            "each time the same: {asked:?}"
        );
        assert_eq!(first.user.to_string(), alice.id().to_string());
        let told = story.answer(french.slash("/erase", &person)).await.text();
        assert!(told.contains("effacé"), "{told}");
        story.idle().await;
        let id = |guild: &testkit::discord_sim::Guild| guild.id().to_string().parse().unwrap();
        let key = story.key(Some(id(&guild)), &["people.erase"]).await;
        let foreign = story.key(Some(id(&other)), &["people.erase"]).await;
        let path = format!("/v1/guilds/{}/people/{}", guild.id(), alice.id());
        story
            .call("DELETE", &path)
            .key(&foreign)
            .send()
            .await
            .expect(404);
        ASKED.lock().unwrap().clear();
        let told = story
            .call("DELETE", &path)
            .key(&key)
            .send()
            .await
            .expect(202);
        assert_eq!(told, json!({ "features": ["letters", "photos"] }));
        story.idle().await;
        assert_eq!(ASKED.lock().unwrap().len(), 2);
    })
    .await;
}
