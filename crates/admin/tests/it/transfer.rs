//! `/settings undo`, `export` and `import`.

use serde_json::{Value, json};
use testkit::{
    Story,
    discord_sim::{Argument, Guild, Permissions, Person},
};

use crate::with_sample;

async fn language(story: &Story, owner: &Person, language: &str) {
    story
        .answer(owner.slash("/settings set", &[("language", language.into())]))
        .await;
}

async fn shown(story: &Story, owner: &Person) -> String {
    story
        .answer(owner.slash("/settings show", &[]))
        .await
        .text()
}

async fn exported(story: &Story, guild: &Guild, owner: &Person) -> Value {
    let answer = story.answer(owner.slash("/settings export", &[])).await;
    let name = format!("settings-{}.json", guild.id());
    let bytes = answer.message().file(&name).expect("the file is there");
    serde_json::from_slice(&bytes).unwrap()
}

fn file(body: &Value) -> Argument {
    Argument::File(
        "settings.json".to_owned(),
        serde_json::to_vec(body).unwrap(),
    )
}

#[tokio::test]
async fn the_last_change_is_taken_back_once_and_that_is_a_change_too() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let nothing = story.answer(owner.slash("/settings undo", &[])).await;
        insta::assert_snapshot!(nothing.text(), @"│ Nothing was ever changed in the settings `general`.");
        language(story, &owner, "English").await;
        language(story, &owner, "French").await;
        let asked = story.answer(owner.slash("/settings undo", &[])).await;
        let text = asked.text();
        assert!(text.contains("• Language of public messages: English → Français"), "{text}");
        story.restart().await;
        // Two clicks at once: one takes it back, the other must not take back that.
        let (first, second) = (
            owner.clicks(asked.message(), "Undo #2"),
            owner.clicks(asked.message(), "Undo #2"),
        );
        let texts = [story.answer(first).await.text(), story.answer(second).await.text()];
        assert!(texts.iter().any(|text| text.contains("is taken back")), "{texts:?}");
        assert!(shown(story, &owner).await.contains("English"));
        let history = story.answer(owner.slash("/settings history", &[])).await;
        let text = history.text();
        assert!(text.contains("**#3**") && text.contains("· undo") && !text.contains("**#4**"), "{text}");
        let again = story.answer(owner.clone().locale("fr").slash("/settings undo", &[])).await;
        let back = story.answer(owner.clone().locale("fr").clicks(again.message(), "Annuler le n° 3")).await;
        insta::assert_snapshot!(back.text(), @r"
        │ ### Le changement n° 3 de `general` est annulé
        │ • Langue des messages publics : English → Français
        │ -# C'est aussi un changement : annule de nouveau pour le retrouver.
        ");
        assert!(shown(story, &owner.locale("en-US")).await.contains("Français"));
    })
    .await;
}

#[tokio::test]
async fn settings_travel_to_another_server_after_a_look_and_a_click() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let other = story.sim.guild("Rust DE");
        let owner = guild.owner().locale("en-US");
        let there = other.owner().locale("fr");
        language(story, &owner, "French").await;
        story
            .answer(owner.slash("/features disable", &[("feature", "sample".into())]))
            .await;
        let whole = exported(story, &guild, &owner).await;
        assert_eq!(whole["documents"]["general"]["body"]["language"], "fr");
        assert_eq!(whole["documents"]["features"], json!({"version": 1, "body": {"off": ["sample"]}}));
        assert_eq!(whole["documents"].as_object().unwrap().len(), 3);
        let asked = story
            .answer(there.slash("/settings import", &[("file", file(&whole))]))
            .await;
        insta::assert_snapshot!(asked.text(), @r#"
        │ ### Cela changerait
        │ **`features`**
        │ • off : `[]` → `["sample"]`
        │ 
        │ **`general`**
        │ • Langue des messages publics : aucun → Français
        │ ────────
        │ [ Changer ]
        │ -# Rien n'est encore changé. Rôles, membres et salons sont repris par identifiant. Le bouton
        │ marche pendant une heure.
        "#);
        let before = exported(story, &other, &there).await;
        assert_eq!(before["documents"]["general"]["body"]["language"], Value::Null);
        story.restart().await;
        let done = story.answer(there.clicks(asked.message(), "Changer")).await;
        insta::assert_snapshot!(done.text(), @r"
        │ ### Repris
        │ Changé : `features`, `general`. Chacun peut être annulé.
        ");
        let after = exported(story, &other, &there).await;
        assert_eq!(after["documents"], whole["documents"]);
        let same = story
            .answer(there.slash("/settings import", &[("file", file(&whole))]))
            .await;
        assert!(same.text().contains("rien à changer"), "{}", same.text());
        let twice = story.answer(there.clicks_id(asked.message(), &id_of(asked.message().json()))).await;
        assert!(twice.text().contains("déjà appliqué"), "{}", twice.text());
    })
    .await;
}

/// The id of the first button of a message.
fn id_of(message: &Value) -> String {
    fn find(value: &Value) -> Option<String> {
        match value {
            Value::Object(fields) => match fields.get("custom_id").and_then(Value::as_str) {
                Some(id) => Some(id.to_owned()),
                None => fields.values().find_map(find),
            },
            Value::Array(list) => list.iter().find_map(find),
            _ => None,
        }
    }
    find(message).expect("the message has a button")
}

#[tokio::test]
async fn a_bad_file_is_refused_with_the_field_and_changes_nothing() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let good = exported(story, &guild, &owner).await;
        let changed = |path: &str, value: Value| {
            let mut bad = good.clone();
            *bad.pointer_mut(path).unwrap() = value;
            bad
        };
        let mut with_unknown = good.clone();
        with_unknown["documents"]["generel"] = json!({"version": 1, "body": {}});
        let rule = |name: &str| json!({"capability": name, "effect": "grant", "to": {"role": "1"}});
        let bad = [
            changed("/documents/general/body/language", json!("klingon")),
            changed("/documents/general/body", json!({"langauge": "fr"})),
            changed("/documents/general/body/time_zone", json!("Mars/Phobos")),
            changed("/documents/general/version", json!(99)),
            changed("/documents/general/version", json!(0)),
            changed("/majordome_settings", json!(2)),
            changed("/documents/features/body/off", json!(["sampel"])),
            changed("/documents/permissions/body/rules", json!([rule("sample.uze")])),
            with_unknown,
            json!([]),
        ];
        let mut told = Vec::new();
        for bad in &bad {
            let answer = story.answer(owner.slash("/settings import", &[("file", file(bad))])).await;
            told.push(answer.text());
        }
        insta::assert_snapshot!(told.join("\n"), @r"
        │ The settings `general` do not fit at the field `language`: `unknown variant 'klingon', expected
        │ 'en' or 'fr'`. Correct it and try again.
        │ The settings `general` do not fit at the field `langauge`: `unknown field 'langauge', expected
        │ one of 'language', 'time_zone', 'staff_role'`. Correct it and try again.
        │ `Mars/Phobos` is no time zone that I know. Type the beginning of a city, for example
        │ `Europe/Paris`, and pick one from the list.
        │ The settings `general` are of version 99, and I know versions up to 1. Update me first, or
        │ export from a server that I serve.
        │ The settings `general` say version 0, which never was. Versions count from 1.
        │ This file is of format 2, and I know formats up to 1. Update me first. Nothing was changed.
        │ I know no feature `sampel`. Did you mean `sample`?
        │ I know no capability `sample.uze`. Did you mean `sample.use`?
        │ I know no settings `generel`. Did you mean `general`?
        │ This is no file of settings: `invalid length 0, expected struct File with 4 elements`. Take one
        │ that the export wrote. Nothing was changed.
        ");
        let no_json = Argument::File("settings.json".to_owned(), b"{".to_vec());
        let answer = story.answer(owner.slash("/settings import", &[("file", no_json)])).await;
        assert!(answer.text().contains("This is no file of settings"), "{}", answer.text());
        let large = Argument::File("settings.json".to_owned(), vec![b' '; 600 * 1024]);
        let answer = story.answer(owner.slash("/settings import", &[("file", large)])).await;
        assert!(answer.text().contains("larger than 512 KiB"), "{}", answer.text());
        let after = exported(story, &guild, &owner).await;
        assert_eq!(after["documents"], good["documents"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_since_the_look_stays() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let mut wanted = exported(story, &guild, &owner).await;
        wanted["documents"]["general"]["body"]["language"] = json!("fr");
        wanted["documents"]["features"]["body"]["off"] = json!(["sample"]);
        let asked = story.answer(owner.slash("/settings import", &[("file", file(&wanted))])).await;
        language(story, &owner, "English").await;
        let stale = story.answer(owner.clicks(asked.message(), "Change it")).await;
        insta::assert_snapshot!(stale.text(), @r"
        │ Somebody changed the settings `general` meanwhile: nothing was changed now. Look at them again
        │ and repeat what you wanted.
        ");
        let after = exported(story, &guild, &owner).await;
        assert_eq!(after["documents"]["general"]["body"]["language"], "en");
        assert_eq!(after["documents"]["features"]["body"]["off"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn only_administrators_replace_who_may_do_what() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let deputies = guild.role("Deputies", Permissions::MANAGE_GUILD);
        let dora = guild.member("dora").locale("en-US");
        owner.gives_role(&dora, &deputies);
        let grant = [("capability", "settings.import".into()), ("who", (&deputies).into())];
        story.answer(owner.slash("/permissions grant", &grant)).await;
        let mut wanted = exported(story, &guild, &dora).await;
        wanted["documents"]["permissions"]["body"]["rules"][0]["capability"] = json!("permissions.manage");
        let refused = story.answer(dora.slash("/settings import", &[("file", file(&wanted))])).await;
        insta::assert_snapshot!(refused.text(), @r"
        │ Only administrators may do this with who may do what: otherwise somebody could give themselves
        │ more than they have.
        ");
        let refused = story
            .answer(dora.slash("/settings undo", &[("document", "permissions".into())]))
            .await;
        assert!(refused.text().contains("Only administrators"), "{}", refused.text());
    })
    .await;
}
