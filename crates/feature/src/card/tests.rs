use proptest::prelude::*;
use twilight_model::channel::message::Component;

use super::*;

crate::custom_id! {
    struct Turn: "tests" / "turn" v1 { page: u64 }
    answer = Update;
}

fn count(components: &[Component]) -> usize {
    components
        .iter()
        .map(|component| match component {
            Component::Container(container) => 1 + count(&container.components),
            Component::ActionRow(row) => 1 + count(&row.components),
            _ => 1,
        })
        .sum()
}

fn texts(components: &[Component], into: &mut Vec<String>) {
    for component in components {
        match component {
            Component::Container(container) => texts(&container.components, into),
            Component::TextDisplay(text) => into.push(text.content.clone()),
            _ => {}
        }
    }
}

fn check_limits(rendered: &Rendered) {
    assert!(
        count(&rendered.components) <= 40,
        "{} components",
        count(&rendered.components)
    );
    let mut all = Vec::new();
    texts(&rendered.components, &mut all);
    assert!(all.iter().map(|text| text::length(text)).sum::<usize>() <= 4000);
    assert!(all.iter().all(|text| text::length(text) <= 2000));
    assert!(rendered.attachments.len() <= 10);
}

#[test]
fn a_long_text_is_cut_and_travels_whole_as_a_file() {
    let whole = "é👩‍👩‍👧‍👦 ligne\n".repeat(600);
    let rendered = Card::new().title("T").text(&whole).render(Lang::Fr);
    check_limits(&rendered);
    assert_eq!(rendered.attachments.len(), 1);
    assert_eq!(rendered.attachments[0].file, whole.as_bytes());
}

#[test]
fn families_are_not_torn_apart() {
    assert_eq!(cut("ab👩‍👩‍👧‍👦", 5), "ab…");
    assert_eq!(cut("abc", 3), "abc");
    assert_eq!(cut("abcd", 3), "ab…");
    assert_eq!(cut("abcd", 0), "");
}

#[test]
fn more_controls_than_discord_shows_are_left_out() {
    let card = (0..60).fold(Card::new().title("T"), |card, page| {
        card.button(Button::new("x", &Turn { page }))
    });
    check_limits(&card.render(Lang::En));
}

#[test]
fn pages_grey_the_ends() {
    let shown = Card::new()
        .text("x")
        .pages(Lang::En, None, Some(&Turn { page: 2 }))
        .render(Lang::En);
    let json = serde_json::to_value(&shown.components).unwrap();
    let row = &json[0]["components"][2]["components"];
    assert_eq!(row[0]["disabled"], true);
    assert_eq!(row[1]["custom_id"], "tests:turn:v1:2");
    let alone = Card::new()
        .text("x")
        .pages::<Turn>(Lang::En, None, None)
        .render(Lang::En);
    assert_eq!(count(&alone.components), 2);
}

proptest! {
    #[test]
    fn no_card_exceeds_a_limit(
        title in proptest::option::of(".{0,400}"),
        paragraphs in proptest::collection::vec(".{0,1500}", 0..6),
        footer in proptest::option::of(".{0,400}"),
        buttons in 0u64..40,
        files in 0usize..14,
    ) {
        let mut card = Card::new();
        if let Some(title) = title { card = card.title(title); }
        for paragraph in paragraphs { card = card.text(paragraph); }
        if let Some(footer) = footer { card = card.footer(footer); }
        for page in 0..buttons { card = card.button(Button::new("b", &Turn { page })); }
        for index in 0..files { card = card.file(format!("f{index}.txt"), vec![0]); }
        check_limits(&card.render(Lang::En));
    }
}
