//! `/autorole edit`: forms for the looks, limits, times and conditions of a group.

use database::RoleId;
use feature::{
    Button, Click, Ctx, Fields, Form, Lang, Modal, Outcome, Reply, SelectField, SelectKind, Submit,
    TextField,
};
use jiff::SignedDuration;

use crate::{
    Autorole,
    acts::{self, check_name},
    commands::{self, Edit},
    duration,
    error::Refused,
    ids::{
        ConditionsForm, LimitsForm, LooksForm, OpenConditions, OpenLimits, OpenLooks, OpenTimes,
        TimesForm,
    },
    items, listing,
    model::{
        Change, GroupId, LONGEST, LONGEST_NAME, MOST_ROLES, Mode, PER_SELECT, Rules, SHORTEST,
        Surface,
    },
    store::{self, groups::Group},
    text,
};

/// The most groups that can be chosen as excluding each other.
const MOST_OTHERS: i64 = 25;

pub(crate) async fn command(ctx: &Ctx<Autorole>, options: Edit) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::named(ctx, guild, &options.group).await?;
    if let Some(role) = options.role {
        return Ok(Reply::modal(items::form(ctx, &group, &role)?));
    }
    listing::shown(ctx, guild, group.id, None).await
}

/// The buttons that open the forms.
pub(crate) fn buttons(lang: Lang, group: GroupId) -> [Button; 4] {
    [
        Button::new(text::looks_button(lang), &OpenLooks { group }),
        Button::new(text::limits_button(lang), &OpenLimits { group }),
        Button::new(text::times_button(lang), &OpenTimes { group }),
        Button::new(text::conditions_button(lang), &OpenConditions { group }),
    ]
}

/// Changes a group, and shows it.
async fn change(
    ctx: &Ctx<Autorole>,
    group: GroupId,
    change: impl FnOnce(&mut Group) -> Result<(), Refused> + Send,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    acts::change(ctx, guild, group, ctx.user(), change).await?;
    let note = text::saved(ctx.lang());
    let card = listing::card(ctx, guild, group, Some(note)).await?;
    Ok(Reply::update(card))
}

/// The choices of a yes-or-no field.
pub(crate) fn yes_or_no(lang: Lang, is_yes: bool) -> [(String, &'static str, bool); 2] {
    [
        (text::yes(lang), "yes", is_yes),
        (text::no(lang), "no", !is_yes),
    ]
}

/// The choices of the mode.
pub(crate) fn modes(lang: Lang, chosen: Mode) -> Vec<(String, &'static str, bool)> {
    [
        (Mode::Free, "free"),
        (Mode::Single, "single"),
        (Mode::Multiple, "multiple"),
    ]
    .map(|(mode, word)| (text::mode(lang, mode), word, mode == chosen))
    .to_vec()
}

/// The mode of a word.
pub(crate) fn mode(word: &str) -> Option<Mode> {
    match word {
        "free" => Some(Mode::Free),
        "single" => Some(Mode::Single),
        "multiple" => Some(Mode::Multiple),
        _ => None,
    }
}

fn picked(fields: &Fields, name: &str) -> Option<String> {
    fields.picked(name)?.into_iter().next()
}

/// Name, text and looks.
#[derive(Debug)]
pub(crate) struct Looks {
    name: String,
    message: String,
    surface: Surface,
    button_label: String,
    button_style: i16,
}

impl Form for Looks {
    type Id = LooksForm;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            name: fields.text("name")?,
            message: fields.text("message")?,
            surface: Surface::from_word(&picked(fields, "surface")?)?,
            button_label: fields.text("button_label")?,
            button_style: picked(fields, "button_style")?.parse().ok()?,
        })
    }
}

pub(crate) async fn open_looks(ctx: Ctx<Autorole>, click: Click<OpenLooks>) -> Outcome<Reply> {
    let group = commands::numbered(&ctx, ctx.guild_id()?, click.group).await?;
    let lang = ctx.lang();
    let most = u16::try_from(LONGEST_NAME).unwrap_or(u16::MAX);
    let surfaces = Surface::ALL.map(|surface| {
        let label = text::surface(lang, surface);
        (label, surface.word(), surface == group.surface)
    });
    let styles = [1_i16, 2, 3, 4].map(|style| {
        let label = text::button_style(lang, style);
        (label, style.to_string(), style == group.button_style)
    });
    let modal = Modal::new(&LooksForm { group: group.id }, text::looks_button(lang))
        .text(
            text::field_name(lang),
            TextField::line("name").length(1, most).value(&group.name),
        )
        .text(
            text::field_message(lang),
            TextField::paragraph("message")
                .length(0, 2000)
                .value(&group.message)
                .optional(),
        )
        .select(
            text::field_surface(lang),
            SelectField::strings("surface", surfaces),
        )
        .text(
            text::field_button_label(lang),
            TextField::line("button_label")
                .length(0, 80)
                .value(&group.button_label)
                .optional(),
        )
        .select(
            text::field_button_style(lang),
            SelectField::strings("button_style", styles),
        );
    Ok(Reply::modal(modal))
}

pub(crate) async fn looks(ctx: Ctx<Autorole>, submit: Submit<Looks>) -> Outcome<Reply> {
    let form = submit.form;
    change(&ctx, submit.id.group, |group| {
        check_name(&form.name)?.clone_into(&mut group.name);
        group.message = form.message;
        group.surface = form.surface;
        group.button_label = form.button_label;
        group.button_style = form.button_style.clamp(1, 4);
        Ok(())
    })
    .await
}

/// What members may change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Allowed {
    Both,
    AddOnly,
    RemoveOnly,
    Once,
    Locked,
}

impl Allowed {
    pub(crate) const ALL: [Self; 5] = [
        Self::Both,
        Self::AddOnly,
        Self::RemoveOnly,
        Self::Once,
        Self::Locked,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::AddOnly => "add_only",
            Self::RemoveOnly => "remove_only",
            Self::Once => "once",
            Self::Locked => "locked",
        }
    }

    pub(crate) const fn of(rules: &Rules) -> Self {
        match (rules.locked, rules.once, rules.change) {
            (true, _, _) => Self::Locked,
            (_, true, _) => Self::Once,
            (_, _, Change::Both) => Self::Both,
            (_, _, Change::AddOnly) => Self::AddOnly,
            (_, _, Change::RemoveOnly) => Self::RemoveOnly,
        }
    }

    const fn apply(self, rules: &mut Rules) {
        rules.locked = matches!(self, Self::Locked);
        rules.once = matches!(self, Self::Once);
        rules.change = match self {
            Self::AddOnly => Change::AddOnly,
            Self::RemoveOnly => Change::RemoveOnly,
            Self::Both | Self::Once | Self::Locked => Change::Both,
        };
    }
}

/// How many, and in which direction.
#[derive(Debug)]
pub(crate) struct Limits {
    mode: Mode,
    allowed: Allowed,
    min: String,
    max: String,
    is_quiet: bool,
}

impl Form for Limits {
    type Id = LimitsForm;

    fn read(fields: &Fields) -> Option<Self> {
        let allowed = picked(fields, "allowed")?;
        Some(Self {
            mode: mode(&picked(fields, "mode")?)?,
            allowed: Allowed::ALL.into_iter().find(|one| one.word() == allowed)?,
            min: fields.text("min")?,
            max: fields.text("max")?,
            is_quiet: picked(fields, "feedback")? == "no",
        })
    }
}

pub(crate) async fn open_limits(ctx: Ctx<Autorole>, click: Click<OpenLimits>) -> Outcome<Reply> {
    let group = commands::numbered(&ctx, ctx.guild_id()?, click.group).await?;
    let (lang, rules) = (ctx.lang(), &group.rules);
    let allowed = Allowed::ALL.map(|one| {
        let label = text::allowed(lang, one);
        (label, one.word(), one == Allowed::of(rules))
    });
    let max = rules.max.map(|max| max.to_string()).unwrap_or_default();
    let modal = Modal::new(&LimitsForm { group: group.id }, text::limits_button(lang))
        .select(
            text::field_mode(lang),
            SelectField::strings("mode", modes(lang, rules.mode)),
        )
        .text(
            text::field_min(lang),
            TextField::line("min")
                .length(0, 3)
                .value(rules.min.to_string())
                .optional(),
        )
        .text(
            text::field_max(lang),
            TextField::line("max").length(0, 3).value(max).optional(),
        )
        .select(
            text::field_allowed(lang),
            SelectField::strings("allowed", allowed),
        )
        .select(
            text::field_feedback(lang),
            SelectField::strings("feedback", yes_or_no(lang, !rules.quiet)),
        );
    Ok(Reply::modal(modal))
}

pub(crate) async fn limits(ctx: Ctx<Autorole>, submit: Submit<Limits>) -> Outcome<Reply> {
    let form = submit.form;
    let most = u32::try_from(MOST_ROLES).unwrap_or(u32::MAX);
    change(&ctx, submit.id.group, |group| {
        let number = |typed: &str| match typed {
            "" => Ok(0),
            typed => items::read_number(typed, 0, most)
                .map(|number| u16::try_from(number).unwrap_or(u16::MAX)),
        };
        let (min, max) = (number(&form.min)?, number(&form.max)?);
        if max > 0 && min > max {
            return Err(Refused::MinAboveMax { min, max });
        }
        let rules = &mut group.rules;
        rules.mode = form.mode;
        rules.min = min;
        rules.max = (max > 0).then_some(max);
        rules.quiet = form.is_quiet;
        form.allowed.apply(rules);
        Ok(())
    })
    .await
}

/// How long.
#[derive(Debug)]
pub(crate) struct Times {
    lasts: String,
    cool_down: String,
    require_one: bool,
}

impl Form for Times {
    type Id = TimesForm;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            lasts: fields.text("lasts")?,
            cool_down: fields.text("cool_down")?,
            require_one: picked(fields, "require_one")? == "yes",
        })
    }
}

pub(crate) async fn open_times(ctx: Ctx<Autorole>, click: Click<OpenTimes>) -> Outcome<Reply> {
    let group = commands::numbered(&ctx, ctx.guild_id()?, click.group).await?;
    let (lang, rules) = (ctx.lang(), &group.rules);
    let shown = |seconds: Option<i64>| {
        let duration = seconds.map(SignedDuration::from_secs);
        duration.map(duration::write).unwrap_or_default()
    };
    let modal = Modal::new(&TimesForm { group: group.id }, text::times_button(lang))
        .text(
            text::field_lasts(lang),
            TextField::line("lasts")
                .length(0, 20)
                .value(shown(rules.lasts))
                .placeholder(text::example_duration(lang))
                .optional(),
        )
        .text(
            text::field_cool_down(lang),
            TextField::line("cool_down")
                .length(0, 20)
                .value(shown(rules.cool_down))
                .placeholder(text::example_duration(lang))
                .optional(),
        )
        .select(
            text::field_require_one(lang),
            SelectField::strings("require_one", yes_or_no(lang, rules.require_one)),
        );
    Ok(Reply::modal(modal))
}

pub(crate) async fn times(ctx: Ctx<Autorole>, submit: Submit<Times>) -> Outcome<Reply> {
    let form = submit.form;
    change(&ctx, submit.id.group, |group| {
        group.rules.lasts = read_duration(&form.lasts, SHORTEST, LONGEST)?;
        group.rules.cool_down = read_duration(&form.cool_down, SHORTEST, LONGEST)?;
        group.rules.require_one = form.require_one;
        Ok(())
    })
    .await
}

/// A duration in seconds; nothing, or nothing but zero, is none.
pub(crate) fn read_duration(
    typed: &str,
    least: SignedDuration,
    most: SignedDuration,
) -> Result<Option<i64>, Refused> {
    if typed.is_empty() {
        return Ok(None);
    }
    match duration::read(typed) {
        Some(SignedDuration::ZERO) => Ok(None),
        Some(duration) if duration >= least && duration <= most => Ok(Some(duration.as_secs())),
        _ => Err(Refused::BadDuration {
            given: typed.to_owned(),
            most_days: most.as_hours() / 24,
        }),
    }
}

/// Roles and groups that open or bar the way.
#[derive(Debug)]
pub(crate) struct Conditions {
    any_of: Vec<RoleId>,
    all_of: Vec<RoleId>,
    none_of: Vec<RoleId>,
    apart_from: Option<Vec<String>>,
}

impl Form for Conditions {
    type Id = ConditionsForm;

    fn read(fields: &Fields) -> Option<Self> {
        let roles = |name| fields.roles(name).unwrap_or_default();
        Some(Self {
            any_of: roles("any_of"),
            all_of: roles("all_of"),
            none_of: roles("none_of"),
            apart_from: fields.picked("apart_from"),
        })
    }
}

pub(crate) async fn open_conditions(
    ctx: Ctx<Autorole>,
    click: Click<OpenConditions>,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::numbered(&ctx, guild, click.group).await?;
    let mut db = ctx.database.acquire().await?;
    // One more than can be chosen, because this group itself is among them.
    let others = store::groups::list(&mut db, guild, "", 0, MOST_OTHERS + 1).await?;
    drop(db);
    let (lang, rules) = (ctx.lang(), &group.rules);
    let others: Vec<_> = others
        .into_iter()
        .filter(|other| other.id != group.id)
        .take(PER_SELECT)
        .map(|other| {
            let is_chosen = rules.apart_from.contains(&other.id);
            (other.name, other.id.to_string(), is_chosen)
        })
        .collect();
    let roles = |name, chosen: &Vec<RoleId>| {
        SelectField::new(name, SelectKind::Roles(chosen.clone())).values(0, 25)
    };
    let mut modal = Modal::new(
        &ConditionsForm { group: group.id },
        text::conditions_button(lang),
    )
    .select(text::field_any_of(lang), roles("any_of", &rules.any_of))
    .select(text::field_all_of(lang), roles("all_of", &rules.all_of))
    .select(text::field_none_of(lang), roles("none_of", &rules.none_of));
    if !others.is_empty() {
        modal = modal.select(
            text::field_apart_from(lang),
            SelectField::strings("apart_from", others).values(0, 25),
        );
    }
    Ok(Reply::modal(modal))
}

pub(crate) async fn conditions(ctx: Ctx<Autorole>, submit: Submit<Conditions>) -> Outcome<Reply> {
    let form = submit.form;
    let this = submit.id.group;
    change(&ctx, this, |group| {
        let rules = &mut group.rules;
        rules.any_of = form.any_of;
        rules.all_of = form.all_of;
        rules.none_of = form.none_of;
        if let Some(picked) = form.apart_from {
            rules.apart_from = picked
                .iter()
                .filter_map(|id| id.parse().ok())
                .filter(|id| *id != this)
                .collect();
        }
        Ok(())
    })
    .await
}
