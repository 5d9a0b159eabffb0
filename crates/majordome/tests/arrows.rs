//! The arrows of the house: who may depend on whom. Down, and only down.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What a room may use of ours. Features are all rooms that stand here with the features' line.
const KIT: &[&str] = &["feature", "jobs", "database", "dates"];

fn allowed(room: &str) -> Option<BTreeSet<&'static str>> {
    let rooms: &[&str] = match room {
        "chart" | "database" | "dates" | "discord_sim" | "outgoing" => &[],
        "jobs" => &["database"],
        "feature" => &["database", "jobs"],
        "testkit" => &["host", "api", "feature", "jobs", "database", "discord_sim"],
        // It measures features too.
        "bench" => &[
            "host",
            "feature",
            "jobs",
            "database",
            "discord_sim",
            "users",
            "api",
            "archive",
            "worksites",
            "tasks",
            "planning",
        ],
        // The program knows every feature, and the simulator for its demo.
        "majordome" => return None,
        // Tasks are done at worksites.
        "tasks" => &["feature", "jobs", "database", "dates", "worksites"],
        // They call addresses that somebody gave, or fetch files.
        "archive" | "webhooks" => &["feature", "jobs", "database", "outgoing"],
        // Who is at which worksite, also as a picture; calendars of others are read.
        "planning" => &[
            "feature",
            "jobs",
            "database",
            "dates",
            "chart",
            "outgoing",
            "worksites",
        ],
        // It draws its statistics.
        "activity" => &["feature", "jobs", "database", "chart"],
        // Whatever else is in the house is a feature.
        _ => KIT,
    };
    Some(rooms.iter().copied().collect())
}

/// What a room uses of ours, by kind of dependency.
fn used() -> BTreeMap<String, Vec<(DependencyKind, String)>> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec();
    let metadata = metadata.expect("cargo knows its own workspace");
    let ours: BTreeSet<_> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    metadata
        .packages
        .iter()
        .map(|package| {
            let used = package
                .dependencies
                .iter()
                .filter(|dependency| ours.contains(&dependency.name))
                .map(|dependency| (dependency.kind, dependency.name.clone()))
                .collect();
            (package.name.to_string(), used)
        })
        .collect()
}

#[test]
fn dependencies_point_down() {
    let mut wrong = Vec::new();
    for (room, used) in used() {
        let Some(allowed) = allowed(&room) else {
            continue;
        };
        for (kind, other) in used {
            // Tests may use the test kit, whatever they test.
            let is_test =
                kind == DependencyKind::Development && (other == "testkit" || other == "database");
            if !allowed.contains(other.as_str()) && !is_test {
                wrong.push(format!("{room} uses {other}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that point the wrong way: {wrong:#?}"
    );
}

#[test]
fn no_feature_knows_the_engine_or_another_feature() {
    let used = used();
    let features: Vec<_> = used["majordome"]
        .iter()
        .map(|(_, name)| name.as_str())
        .filter(|name| {
            ![
                "api",
                "database",
                "discord_sim",
                "feature",
                "host",
                "jobs",
                "testkit",
            ]
            .contains(name)
        })
        .collect();
    assert!(features.contains(&"admin"));
    for feature in &features {
        for (kind, other) in &used[*feature] {
            let is_engine = ["api", "host", "majordome", "discord_sim"].contains(&other.as_str());
            assert!(
                *kind == DependencyKind::Development || !is_engine,
                "{feature} uses {other}"
            );
            // The one arrow between features: work is done somewhere.
            let is_work = other == "worksites" && ["tasks", "planning"].contains(feature);
            assert!(
                is_work || !features.contains(&other.as_str()),
                "{feature} uses the feature {other}"
            );
        }
    }
}
