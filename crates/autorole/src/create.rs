//! `/autorole create`: a new group, from options or from a form.

use database::RoleId;
use feature::{
    Ctx, Fields, Form, Modal, Outcome, Reply, SelectField, SelectKind, Submit, TextField,
};

use crate::{
    Autorole,
    acts::{self, Hand, Wanted},
    commands::Create,
    editing, emoji,
    error::Refused,
    ids::CreateForm,
    items, listing,
    model::{LONGEST_NAME, Mode, Rules},
    store::groups::Item,
    text,
};

/// The form of a new group.
#[derive(Debug)]
pub(crate) struct NewForm {
    name: String,
    message: String,
    roles: Vec<RoleId>,
    mode: Mode,
}

impl Form for NewForm {
    type Id = CreateForm;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            name: fields.text("name")?,
            message: fields.text("message").unwrap_or_default(),
            roles: fields.roles("roles").unwrap_or_default(),
            mode: editing::mode(fields.picked("mode")?.first()?)?,
        })
    }
}

pub(crate) async fn command(ctx: &Ctx<Autorole>, options: Create) -> Outcome<Reply> {
    let Create {
        name,
        roles,
        emojis,
        multi,
        max,
        feedback,
    } = options;
    let (Some(name), Some(roles)) = (&name, &roles) else {
        return Ok(Reply::modal(form(ctx, name.as_deref())));
    };
    let roles = read_roles(roles)?;
    let emojis = read_emojis(ctx, emojis.as_deref().unwrap_or_default())?;
    let max = max
        .and_then(|max| u16::try_from(max).ok())
        .filter(|max| *max > 0);
    let rules = Rules {
        mode: match (multi, max) {
            (Some(false), _) => Mode::Single,
            (_, Some(_)) => Mode::Multiple,
            (_, None) => Mode::Free,
        },
        max,
        quiet: feedback == Some(false),
        ..Rules::default()
    };
    let items = roles
        .into_iter()
        .zip(emojis.into_iter().map(Some).chain(std::iter::repeat(None)))
        .map(|(role, emoji)| items::plain(role, emoji))
        .collect();
    make(ctx, name, "", rules, items).await
}

fn form(ctx: &Ctx<Autorole>, name: Option<&str>) -> Modal {
    let lang = ctx.lang();
    let most = u16::try_from(LONGEST_NAME).unwrap_or(u16::MAX);
    Modal::new(&CreateForm {}, text::create_title(lang))
        .text(
            text::field_name(lang),
            TextField::line("name")
                .length(1, most)
                .value(name.unwrap_or_default()),
        )
        .text(
            text::field_message(lang),
            TextField::paragraph("message").length(0, 2000).optional(),
        )
        .select(
            text::field_roles(lang),
            SelectField::new("roles", SelectKind::Roles(Vec::new())).values(0, 25),
        )
        .select(
            text::field_mode(lang),
            SelectField::strings("mode", editing::modes(lang, Mode::Free)),
        )
}

pub(crate) async fn submit(ctx: Ctx<Autorole>, submit: Submit<NewForm>) -> Outcome<Reply> {
    let NewForm {
        name,
        message,
        roles,
        mode,
    } = submit.form;
    let rules = Rules {
        mode,
        ..Rules::default()
    };
    let items = roles
        .into_iter()
        .map(|role| items::plain(role, None))
        .collect();
    make(&ctx, &name, &message, rules, items).await
}

async fn make(
    ctx: &Ctx<Autorole>,
    name: &str,
    message: &str,
    rules: Rules,
    items: Vec<Item>,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let wanted = Wanted {
        name,
        message,
        rules,
        items,
    };
    let group = acts::create(ctx, guild, &Hand::of(ctx), wanted).await?;
    let note = text::created(ctx.lang(), name.trim());
    listing::shown(ctx, guild, group, Some(note)).await
}

/// Roles as mentions or ids, with anything between them.
fn read_roles(text: &str) -> Result<Vec<RoleId>, Refused> {
    let spaced = text.replace("><", "> <");
    let mut roles = Vec::new();
    for part in spaced
        .split([' ', ',', ';', '\n'])
        .filter(|part| !part.is_empty())
    {
        let id = part
            .strip_prefix("<@&")
            .and_then(|part| part.strip_suffix('>'))
            .unwrap_or(part);
        let role = id.parse().map_err(|_| Refused::NoRole(part.to_owned()))?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    if roles.is_empty() {
        return Err(Refused::NothingNamed);
    }
    Ok(roles)
}

/// Emoji with spaces or commas between them, each checked.
fn read_emojis(ctx: &Ctx<Autorole>, text: &str) -> Outcome<Vec<String>> {
    let guild = ctx.guild_id()?;
    let spaced = text.replace("><", "> <");
    let parts = spaced
        .split([' ', ',', ';', '\n'])
        .filter(|part| !part.is_empty());
    let mut emojis = Vec::new();
    for (place, part) in (1..).zip(parts) {
        let usable = emoji::usable(&ctx.cache, guild, part).ok_or_else(|| Refused::BadEmoji {
            place,
            text: part.to_owned(),
        })?;
        emojis.push(usable);
    }
    Ok(emojis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_people_write_them() {
        let read = |text| {
            read_roles(text).map(|roles| roles.iter().map(|role| role.get()).collect::<Vec<_>>())
        };
        assert_eq!(read("<@&1> <@&2>,<@&3><@&1> 4").unwrap(), [1, 2, 3, 4]);
        assert!(matches!(read(" , "), Err(Refused::NothingNamed)));
        assert!(matches!(read("<@&1> red"), Err(Refused::NoRole(word)) if word == "red"));
        assert!(matches!(read("<@5>"), Err(Refused::NoRole(_))));
    }
}
