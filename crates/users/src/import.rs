//! Taking over the names that a replaced program knew.
//!
//! Its table holds users of all servers together, without saying who is a member of which: names only. Who is a member
//! is read from Discord. It skipped bots, so none of them is one. What is known here is newer and stays.

use feature::legacy::{Imported, has_table};
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::store::{self, OldRow, OldUser};

/// The longest name that is stored, in characters.
const LONGEST: usize = 100;
/// How many are taken over at a time.
const AT_ONCE: i64 = 5_000;

/// Takes over `discord_user` of Vagrolant, read from `from`, in the transaction of `to`; a second time changes nothing.
///
/// # Errors
///
/// What one of the databases said.
pub async fn vagrolant(
    from: &mut PgConnection,
    to: &mut PgConnection,
    now: Timestamp,
) -> sqlx::Result<Vec<Imported>> {
    let mut taken = Imported::of("discord_user");
    if !has_table(from, "discord_user").await? {
        taken.skip("discord_user", "there is no such table");
        return Ok(vec![taken]);
    }
    // Ids below 1 are no ids of Discord's; they are told, not passed over.
    let mut after = i64::MIN;
    loop {
        let rows = store::old_users(from, after, AT_ONCE).await?;
        let Some(last) = rows.last() else {
            return Ok(vec![taken]);
        };
        after = last.id;
        let mut users = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id;
            match checked(row, now) {
                Ok(user) => users.push(user),
                Err(reason) => taken.skip(format!("user {id}"), reason),
            }
        }
        let added = store::take_over(to, &users).await?;
        taken.added += added;
        taken.known += u64::try_from(users.len())
            .unwrap_or(u64::MAX)
            .saturating_sub(added);
    }
}

fn checked(row: OldRow, now: Timestamp) -> Result<OldUser, &'static str> {
    if row.id < 1 {
        return Err("its id is none of Discord's");
    }
    let fits = |name: &String| (1..=LONGEST).contains(&name.chars().count());
    let name = |name: Option<String>| name.map(|name| name.trim().to_owned()).filter(fits);
    let display_name = name(row.display_name);
    // A user without a username is shown by what people read.
    let username = name(row.username).or_else(|| display_name.clone());
    Ok(OldUser {
        id: row.id,
        username: username.ok_or("it has no name, or one that is too long")?,
        display_name,
        // Never newer than now: what Discord tells next must win.
        updated_at: row.updated_at.map_or(now, |at| at.to_jiff().min(now)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, username: Option<&str>, display_name: Option<&str>) -> OldRow {
        OldRow {
            id,
            username: username.map(str::to_owned),
            display_name: display_name.map(str::to_owned),
            updated_at: None,
        }
    }

    #[test]
    fn a_row_is_taken_over_with_what_it_has_or_left_out_with_a_reason() {
        let now = Timestamp::UNIX_EPOCH;
        let taken = checked(row(5, Some(" alice "), Some("")), now).unwrap();
        assert_eq!(
            (taken.username.as_str(), taken.display_name),
            ("alice", None)
        );
        assert_eq!(
            checked(row(5, None, Some("Alice")), now).unwrap().username,
            "Alice"
        );
        assert!(checked(row(5, Some(""), None), now).is_err());
        assert!(checked(row(0, Some("a"), None), now).is_err());
        let long = "a".repeat(101);
        assert!(checked(row(5, Some(&long), None), now).is_err());
    }
}
