use twilight_interactions::command::{CommandModel, CreateCommand};

use super::*;
use crate::{Click, ContextMenu, Ctx, Kit, On, Outcome, Reply, SlashCommand, Target, custom_id};

/// Say hello
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "hello")]
struct Hello {}
impl SlashCommand for Hello {}

const FRENCH: &str = "hello = bonjour\n    .desc = Dit bonjour\n";

async fn hello<F>(_: Ctx<F>, _: Hello) -> Outcome<Reply> {
    Ok(Reply::done())
}

custom_id! {
    struct Wave: "first" / "wave" v1 {}
    answer = Update;
}
async fn wave<F>(_: Ctx<F>, _: Click<Wave>) -> Outcome<Reply> {
    Ok(Reply::done())
}

macro_rules! features {
    ($($name:ident = $text:literal, |$scope:ident| $register:expr;)*) => {$(
        struct $name;
        impl Feature for $name {
            const NAME: &'static str = $text;
            fn register($scope: &mut Scope<'_, Self>) {
                $register;
            }
        }
    )*};
}

features! {
    First = "first", |scope| scope.french(FRENCH).command(hello).component(wave);
    Second = "second", |scope| scope.french(FRENCH).command(hello);
    Thief = "thief", |scope| scope.component(wave);
    Mute = "mute", |scope| scope.command(hello);
    Wordy = "wordy", |scope| scope.french("hello = bonjour\n    .desc = Dit bonjour\nbye = adieu\n").command(hello);
    Loud = "loud", |scope| scope.french("hello = Bonjour tous\n    .desc = Dit bonjour\n").command(hello);
    Long = "long", |scope| scope.component(long);
    Listener = "listener", |scope| scope.on(listen);
}

fn old_wave(rest: &str) -> Option<Wave> {
    (rest == "42").then_some(Wave {})
}

features! {
    Heir = "first", |scope| scope.component(wave).legacy_component("first:wave:", old_wave, wave);
    Rival = "rival", |scope| scope.legacy_component("first:w", old_wave, wave);
    Vague = "vague", |scope| scope.legacy_component("", old_wave, wave);
}

#[test]
fn ids_of_a_replaced_program_lead_to_its_heir() {
    let catalogue = Registry::new().with(Heir).build().unwrap();
    let found = |id, kind| {
        let (entry, arguments) = catalogue.component(id, kind)?;
        Some((entry.tag.as_str(), arguments))
    };
    let button = ComponentType::Button;
    assert_eq!(
        found("first:wave:42:7", button),
        Some(("first:wave:", "42:7"))
    );
    assert_eq!(found("first:wave:42", ComponentType::TextSelectMenu), None);
    assert_eq!(found("first:wave:v1", button), Some(("first:wave:v1", "")));
    assert_eq!(
        clashes(Registry::new().with(Heir).with(Rival)),
        ["`rival` and `first` both answer legacy ids that begin with `first:w` and `first:wave:`"]
    );
    assert_eq!(
        clashes(Registry::new().with(Vague)),
        ["vague: a legacy id begins with 1 to 100 characters, not with ``"]
    );
}

custom_id! {
    struct TooLong: "long" / "list" v1 { a: crate::Word, b: crate::Word, c: crate::Word }
    answer = Update;
}
async fn long(_: Ctx<Long>, _: Click<TooLong>) -> Outcome<Reply> {
    Ok(Reply::done())
}
async fn listen(
    _: Kit<Listener>,
    _: On<twilight_model::gateway::payload::incoming::VoiceStateUpdate>,
) -> Outcome<()> {
    Ok(())
}

fn clashes(registry: Registry) -> Vec<String> {
    registry.build().expect_err("it clashes").0
}

#[test]
fn one_feature_alone_is_fine() {
    let catalogue = Registry::new().with(First).build().unwrap();
    let command = catalogue.command(CommandType::ChatInput, "hello").unwrap();
    let names = command.schema.name_localizations.as_ref().unwrap();
    assert_eq!(names["fr"], "bonjour");
    assert_eq!(names["en-US"], "hello");
    let (entry, arguments) = catalogue
        .component("first:wave:v1", ComponentType::Button)
        .unwrap();
    assert_eq!((entry.feature, arguments), ("first", ""));
    let is_known = |id, kind| catalogue.component(id, kind).is_some();
    assert!(!is_known("first:wave:v1", ComponentType::TextSelectMenu));
    assert!(!is_known("first:wave:v2", ComponentType::Button));
    assert!(!is_known("nonsense", ComponentType::Button));
    assert_eq!(catalogue.mention("hello"), "`/hello`");
}

#[test]
fn a_clash_names_both_features() {
    assert_eq!(
        clashes(Registry::new().with(First).with(Second)),
        ["`second` and `first` both register the command `hello`"]
    );
    assert_eq!(
        clashes(Registry::new().with(First).with(Thief))[0],
        "thief: the id `first:wave:v1` names another feature"
    );
    assert_eq!(
        clashes(Registry::new().with(Listener).with(Listener)),
        ["two features are called `listener`"]
    );
}

#[test]
fn every_command_speaks_french() {
    assert_eq!(
        clashes(Registry::new().with(Mute)),
        [
            "mute: `hello` is missing in Français",
            "mute: `hello.desc` is missing in Français"
        ]
    );
    assert_eq!(
        clashes(Registry::new().with(Wordy)),
        ["wordy: the French name `bye` names nothing"]
    );
    let loud = clashes(Registry::new().with(Loud));
    assert!(
        loud[0].contains("`Bonjour tous` (fr) may hold letters"),
        "{loud:?}"
    );
}

#[test]
fn an_id_that_can_grow_too_long_stops_the_start() {
    assert!(
        clashes(Registry::new().with(Long))[0]
            .contains("can take 111 characters, Discord allows 100")
    );
}

#[test]
fn intents_follow_from_the_handlers() {
    let catalogue = Registry::new().with(Listener).build().unwrap();
    assert_eq!(catalogue.intents(), Intents::GUILD_VOICE_STATES);
    assert_eq!(catalogue.flags(), EventTypeFlags::VOICE_STATE_UPDATE);
}

struct Menu<const N: usize>;
impl<const N: usize> ContextMenu for Menu<N> {
    const NAME: &'static str = [
        "Menu 0", "Menu 1", "Menu 2", "Menu 3", "Menu 4", "Menu 5", "Menu 6", "Menu 7", "Menu 8",
        "Menu 9", "Menu 10", "Menu 11", "Menu 12", "Menu 13", "Menu 14", "Menu 15",
    ][N];
    const KEY: &'static str = "menu";
    const TARGET: CommandType = CommandType::User;
    fn read(_: Target) -> Option<Self> {
        Some(Self)
    }
}
async fn menu<const N: usize>(_: Ctx<Menus>, _: Menu<N>) -> Outcome<Reply> {
    Ok(Reply::done())
}
features! {
    Menus = "menus", |scope| {
        scope.french("menu = Carte\n")
            .menu(menu::<0>).menu(menu::<1>).menu(menu::<2>).menu(menu::<3>).menu(menu::<4>).menu(menu::<5>)
            .menu(menu::<6>).menu(menu::<7>).menu(menu::<8>).menu(menu::<9>).menu(menu::<10>).menu(menu::<11>)
            .menu(menu::<12>).menu(menu::<13>).menu(menu::<14>).menu(menu::<15>)
    };
}

#[test]
fn more_than_discord_allows_stops_the_start() {
    assert_eq!(
        clashes(Registry::new().with(Menus)),
        ["16 user menus are registered, Discord allows 15"]
    );
}
