//! The rules, case by case and for all cases.

use proptest::prelude::*;

use super::*;

fn role(number: u64) -> RoleId {
    number.to_string().parse().unwrap()
}

fn roles(numbers: &[u64]) -> Vec<RoleId> {
    numbers.iter().copied().map(role).collect()
}

fn offers(numbers: impl IntoIterator<Item = u64>) -> Vec<Offer> {
    numbers
        .into_iter()
        .map(|number| Offer {
            role: role(number),
            seats: None,
            problem: None,
        })
        .collect()
}

struct Scene {
    held: BTreeSet<RoleId>,
    others: Vec<Other>,
    full: BTreeMap<RoleId, NoSeat>,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
}

fn holding(numbers: &[u64]) -> Scene {
    Scene {
        held: numbers.iter().copied().map(role).collect(),
        others: Vec::new(),
        full: BTreeMap::new(),
        first_at: None,
        last_at: None,
    }
}

impl Scene {
    fn decide(&self, rules: &Rules, offers: &[Offer], click: &Click) -> Decision {
        let standing = Standing {
            held: &self.held,
            others: &self.others,
            first_at: self.first_at,
            last_at: self.last_at,
            full: &self.full,
            now: Timestamp::from_second(1_000).unwrap(),
        };
        decide(rules, offers, click, &standing)
    }

    fn toggles(&self, rules: &Rules, number: u64) -> Decision {
        self.decide(rules, &offers(1..=5), &Click::Toggle(role(number)))
    }
}

fn multiple(min: u16, max: Option<u16>) -> Rules {
    Rules {
        mode: Mode::Multiple,
        min,
        max,
        ..Rules::default()
    }
}

#[test]
fn a_button_gives_and_takes() {
    let rules = Rules::default();
    assert_eq!(holding(&[]).toggles(&rules, 1).add, roles(&[1]));
    assert_eq!(holding(&[1, 9]).toggles(&rules, 1).remove, roles(&[1]));
    let gone = holding(&[]).toggles(&rules, 9);
    assert_eq!(gone.refused, [(role(9), Refused::Gone)]);
}

#[test]
fn a_public_menu_adds_and_takes_back_only_what_is_held_already() {
    let (rules, offers) = (Rules::default(), offers(1..=5));
    let mixed = holding(&[1]).decide(&rules, &offers, &Click::Pick(roles(&[1, 2, 2])));
    assert_eq!((mixed.add, mixed.remove), (roles(&[2]), Vec::new()));
    let back = holding(&[1, 2]).decide(&rules, &offers, &Click::Pick(roles(&[1, 2])));
    assert_eq!((back.add, back.remove), (Vec::new(), roles(&[1, 2])));
    let nothing = holding(&[1]).decide(&rules, &offers, &Click::Pick(Vec::new()));
    assert!(nothing.changes_nothing());
}

#[test]
fn a_private_menu_makes_the_page_what_is_picked_and_leaves_other_pages_alone() {
    let set = Click::Set {
        shown: roles(&[1, 2]),
        picked: roles(&[2]),
    };
    let decision = holding(&[1, 3]).decide(&Rules::default(), &offers(1..=5), &set);
    assert_eq!((decision.add, decision.remove), (roles(&[2]), roles(&[1])));
}

#[test]
fn with_one_at_most_the_new_role_replaces_the_old() {
    let mut rules = Rules {
        mode: Mode::Single,
        ..Rules::default()
    };
    let swap = holding(&[1, 9]).toggles(&rules, 2);
    assert_eq!((swap.add, swap.remove), (roles(&[2]), roles(&[1])));
    rules.require_one = true;
    let kept = holding(&[1]).toggles(&rules, 1);
    assert_eq!(kept.refused, [(role(1), Refused::Least(1))]);
    rules.change = Change::AddOnly;
    let refused = holding(&[1]).toggles(&rules, 2);
    assert_eq!(refused.refused, [(role(2), Refused::Most(1))]);
}

#[test]
fn a_swap_into_a_full_role_keeps_the_old_one() {
    let rules = Rules {
        mode: Mode::Single,
        ..Rules::default()
    };
    let mut scene = holding(&[1]);
    scene.full.insert(role(2), NoSeat::Taken);
    let mut offers = offers(1..=5);
    offers[1].seats = Some(10);
    let refused = scene.decide(&rules, &offers, &Click::Toggle(role(2)));
    assert!(refused.changes_nothing());
    assert_eq!(refused.refused, [(role(2), Refused::Full(10))]);
}

#[test]
fn a_swap_from_a_role_that_can_not_be_taken_is_refused() {
    let rules = Rules {
        mode: Mode::Single,
        ..Rules::default()
    };
    let mut offers = offers(1..=5);
    offers[0].problem = Some(RoleProblem::AboveBot { highest: None });
    let refused = holding(&[1]).decide(&rules, &offers, &Click::Toggle(role(2)));
    assert!(refused.changes_nothing());
    assert_eq!(refused.refused, [(role(2), Refused::Most(1))]);
}

#[test]
fn max_and_min_count_over_the_whole_group() {
    let rules = multiple(2, Some(3));
    let picked = Click::Pick(roles(&[3, 4, 5]));
    let decision = holding(&[1]).decide(&rules, &offers(1..=5), &picked);
    assert_eq!(decision.add, roles(&[3, 4]));
    assert_eq!(decision.refused, [(role(5), Refused::Most(3))]);
    let fewer = holding(&[1, 2]).toggles(&rules, 1);
    assert_eq!(fewer.refused, [(role(1), Refused::Least(2))]);
    // Who has too few may still come closer, and is not held back.
    assert_eq!(holding(&[]).toggles(&rules, 1).add, roles(&[1]));
}

#[test]
fn directions_locks_and_once_for_ever() {
    let rule = |change| Rules {
        change,
        ..Rules::default()
    };
    let kept = holding(&[1]).toggles(&rule(Change::AddOnly), 1);
    assert_eq!(kept.refused, [(role(1), Refused::AddOnly)]);
    let refused = holding(&[]).toggles(&rule(Change::RemoveOnly), 1);
    assert_eq!(refused.refused, [(role(1), Refused::RemoveOnly)]);
    let locked = Rules {
        locked: true,
        ..Rules::default()
    };
    assert_eq!(
        holding(&[]).toggles(&locked, 1).refused,
        [(role(1), Refused::Locked)]
    );
    let once = Rules {
        once: true,
        ..Rules::default()
    };
    let mut scene = holding(&[1]);
    assert_eq!(scene.toggles(&once, 2).add, roles(&[2]));
    scene.first_at = Some(Timestamp::UNIX_EPOCH);
    assert_eq!(scene.toggles(&once, 2).refused, [(role(2), Refused::Once)]);
    assert_eq!(scene.toggles(&once, 1).refused, [(role(1), Refused::Once)]);
}

#[test]
fn a_cool_down_ends_on_the_second() {
    let rules = Rules {
        cool_down: Some(60),
        ..Rules::default()
    };
    let mut scene = holding(&[]);
    scene.last_at = Some(Timestamp::from_second(941).unwrap());
    let until = Timestamp::from_second(1_001).unwrap();
    assert_eq!(
        scene.toggles(&rules, 1).refused,
        [(role(1), Refused::CoolDown(until))]
    );
    scene.last_at = Some(Timestamp::from_second(940).unwrap());
    assert_eq!(scene.toggles(&rules, 1).add, roles(&[1]));
}

#[test]
fn other_roles_and_groups_open_and_bar_the_way() {
    let rules = Rules {
        any_of: roles(&[11, 12]),
        all_of: roles(&[13]),
        none_of: roles(&[14]),
        ..Rules::default()
    };
    let refused = |held: &[u64]| holding(held).toggles(&rules, 1).refused;
    assert_eq!(
        refused(&[13]),
        [(role(1), Refused::NeedsAny(roles(&[11, 12])))]
    );
    assert_eq!(refused(&[11]), [(role(1), Refused::NeedsAll(roles(&[13])))]);
    assert_eq!(
        refused(&[11, 13, 14]),
        [(role(1), Refused::Forbidden(roles(&[14])))]
    );
    assert_eq!(refused(&[12, 13]), []);
    let mut scene = holding(&[21]);
    scene.others.push(Other {
        name: "Red".to_owned(),
        roles: roles(&[20, 21]),
    });
    let apart = Refused::Apart {
        group: "Red".to_owned(),
        role: role(21),
    };
    assert_eq!(
        scene.toggles(&Rules::default(), 1).refused,
        [(role(1), apart)]
    );
    // Nobody is kept from giving a role back.
    assert_eq!(holding(&[1, 14]).toggles(&rules, 1).remove, roles(&[1]));
}

#[test]
fn the_surface_follows_the_number_of_roles() {
    assert_eq!(Surface::Auto.shown(1), Surface::Buttons);
    assert_eq!(Surface::Auto.shown(2), Surface::Selects);
    assert_eq!(Surface::Auto.shown(100), Surface::Selects);
    assert_eq!(Surface::Buttons.shown(25), Surface::Buttons);
    assert_eq!(Surface::Buttons.shown(26), Surface::Selects);
    assert_eq!(Surface::Private.shown(3), Surface::Private);
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let mode = prop_oneof![Just(Mode::Free), Just(Mode::Single), Just(Mode::Multiple)];
    let change = prop_oneof![
        Just(Change::Both),
        Just(Change::AddOnly),
        Just(Change::RemoveOnly)
    ];
    (
        mode,
        change,
        any::<(bool, bool, bool)>(),
        0..4_u16,
        proptest::option::of(1..6_u16),
    )
        .prop_map(
            |(mode, change, (once, locked, require_one), min, max)| Rules {
                mode,
                change,
                once,
                locked,
                min: min.min(max.unwrap_or(min)),
                max,
                require_one,
                none_of: roles(&[15]),
                ..Rules::default()
            },
        )
}

fn any_click() -> impl Strategy<Value = Click> {
    let some = || proptest::collection::vec((1..12_u64).prop_map(role), 0..8);
    prop_oneof![
        (1..12_u64).prop_map(|number| Click::Toggle(role(number))),
        some().prop_map(Click::Pick),
        (some(), some()).prop_map(|(shown, picked)| Click::Set { shown, picked }),
    ]
}

proptest! {
    /// Eight roles are offered; 9 to 15 are the member's other roles or none at all.
    #[test]
    fn no_click_ever_breaks_a_rule(
        rules in any_rules(),
        click in any_click(),
        held in proptest::collection::btree_set(1..16_u64, 0..12),
        blocked in proptest::collection::btree_set(1..9_u64, 0..3),
        full in proptest::collection::btree_set(1..9_u64, 0..3),
        has_chosen: bool,
    ) {
        let mut scene = holding(&held.iter().copied().collect::<Vec<_>>());
        scene.first_at = has_chosen.then_some(Timestamp::UNIX_EPOCH);
        scene.full = full.iter().map(|number| (role(*number), NoSeat::Taken)).collect();
        let mut offers = offers(1..=8);
        for offer in &mut offers {
            offer.seats = Some(3);
            if blocked.contains(&offer.role.get()) {
                offer.problem = Some(RoleProblem::Everyone);
            }
        }
        let decision = scene.decide(&rules, &offers, &click);
        let group: BTreeSet<RoleId> = offers.iter().map(|offer| offer.role).collect();
        let after = decision.apply(&scene.held);

        // Only what the group offers changes, and each role once.
        prop_assert_eq!(
            after.difference(&group).collect::<Vec<_>>(),
            scene.held.difference(&group).collect::<Vec<_>>()
        );
        for added in &decision.add {
            prop_assert!(group.contains(added) && !scene.held.contains(added));
            prop_assert!(!blocked.contains(&added.get()) && !full.contains(&added.get()));
            prop_assert!(!decision.remove.contains(added));
        }
        for removed in &decision.remove {
            prop_assert!(group.contains(removed) && scene.held.contains(removed));
            prop_assert!(!blocked.contains(&removed.get()));
        }
        let (before, count) = (scene.held.intersection(&group).count(), after.intersection(&group).count());
        if let Some(most) = rules.most() {
            prop_assert!(count <= most.max(before), "{} of {}", count, most);
            prop_assert!(decision.add.is_empty() || count <= most);
        }
        prop_assert!(count >= rules.least().min(before), "{} of {}", count, rules.least());
        if rules.locked || (rules.once && has_chosen) {
            prop_assert!(decision.changes_nothing());
        }
        if rules.change == Change::AddOnly {
            prop_assert!(decision.remove.is_empty());
        }
        if rules.change == Change::RemoveOnly || held.contains(&15) {
            prop_assert!(decision.add.is_empty());
        }
        // What was asked for and did not happen has a reason.
        if let Click::Toggle(asked) = click {
            let happened = decision.add.contains(&asked) || decision.remove.contains(&asked);
            let refused = decision.refused.iter().any(|(role, _)| *role == asked);
            prop_assert!(happened != refused);
        }
    }

    /// Whatever is clicked in whatever order: who kept to the maximum keeps to it.
    #[test]
    fn no_sequence_of_clicks_exceeds_the_maximum(
        max in 1..5_u16,
        clicks in proptest::collection::vec(any_click(), 1..20),
    ) {
        let (rules, offers) = (multiple(0, Some(max)), offers(1..=8));
        let mut scene = holding(&[]);
        for click in clicks {
            scene.held = scene.decide(&rules, &offers, &click).apply(&scene.held);
            prop_assert!(scene.held.len() <= usize::from(max));
        }
    }
}
