//! What the refusals of this feature say, side by side.

use database::UserId;
use feature::{Explain, Lang};

use crate::{features, permissions, settings};

#[test]
fn each_names_the_rule_and_the_remedy_in_both_languages() {
    let member = UserId::try_from(81_384_788_765_712_384_i64).expect("it is an id");
    let asked = "hub.manages".to_owned();
    let mut all: Vec<Box<dyn Explain>> = vec![
        Box::new(features::Nonsense::Essential("admin".to_owned())),
        Box::new(permissions::Nonsense::Nobody),
        Box::new(permissions::Nonsense::NoMember(member)),
        Box::new(settings::Nonsense::NothingGiven),
        Box::new(settings::Nonsense::EveryoneIsNoStaff),
    ];
    for nearest in [Some("hub.manage"), None] {
        all.push(Box::new(features::Nonsense::Unknown {
            asked: asked.clone(),
            nearest,
        }));
        all.push(Box::new(permissions::Nonsense::Unknown {
            asked: asked.clone(),
            nearest,
        }));
        all.push(Box::new(settings::Nonsense::Unknown {
            asked: asked.clone(),
            nearest,
        }));
    }
    let told = all.iter().map(|refused| {
        let words = [Lang::Fr, Lang::En].map(|lang| refused.explain(lang).unwrap_or_default());
        format!("{refused:?}\n  {}\n", words.join("\n  "))
    });
    insta::assert_snapshot!("refusals", told.collect::<Vec<_>>().join("\n"));
}
