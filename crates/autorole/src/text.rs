//! Every sentence of this feature.

use database::{ChannelId, GuildId, MessageId, RoleId};
use feature::{
    Card, Colour, Lang,
    card::{cut, escape},
    permission_names,
    text::relative,
};
use jiff::SignedDuration;
use twilight_model::guild::Permissions;

use crate::{
    duration,
    editing::Allowed,
    error::Refused,
    hierarchy::{ManagedBy, RoleProblem},
    joining::Joining,
    mass,
    model::{Decision, Mode, Plan, Refused as Rule, Rules, Surface, Whom},
    store::{
        groups::{Broken, Group, Item, Listed},
        mass::{Run, State},
    },
};

feature::words!("autorole");

fn mention(role: RoleId) -> String {
    format!("<@&{role}>")
}

fn mentions(lang: Lang, roles: &[RoleId]) -> String {
    const SHOWN: usize = 25;
    let mut shown: Vec<String> = roles
        .iter()
        .take(SHOWN)
        .map(|role| mention(*role))
        .collect();
    if roles.len() > SHOWN {
        shown.push(t!(
            lang,
            "and-more",
            count = (roles.len() - SHOWN).to_string()
        ));
    }
    shown.join(", ")
}

/// A word that somebody typed, fit to stand in code style.
fn typed(text: &str) -> String {
    cut(text, 64).replace('`', "'")
}

/// A link to a message.
pub(crate) fn message_link(guild: GuildId, channel: ChannelId, message: MessageId) -> String {
    format!("https://discord.com/channels/{guild}/{channel}/{message}")
}

/// What the audit log says of a click.
pub(crate) fn audit_reason(group: &str) -> String {
    // Discord takes 512 characters, and the group's name has 60.
    format!("autorole: {group}")
}

pub(crate) fn refused(lang: Lang, refused: &Refused) -> String {
    match refused {
        Refused::NoGroup(name) if name.is_empty() => t!(lang, "no-group"),
        Refused::NoGroup(name) => t!(lang, "no-group-named", name = typed(name)),
        Refused::NameTaken(name) => t!(lang, "name-taken", name = typed(name)),
        Refused::NameLength(length) => t!(lang, "name-length", length = length.to_string()),
        Refused::BadEmoji { place, text } => {
            t!(lang, "bad-emoji", place = (*place), text = typed(text))
        }
        Refused::NoRole(text) => t!(lang, "no-role", text = typed(text)),
        Refused::BadRole { role, problem } => problem_with(lang, *role, problem),
        Refused::NotInGroup(role) => t!(lang, "not-in-group", role = mention(*role)),
        Refused::TooManyRoles(count) => t!(lang, "too-many-roles", count = (*count)),
        Refused::NothingNamed => t!(lang, "nothing-named"),
        Refused::TooManyButtons(count) => t!(lang, "too-many-buttons", count = (*count)),
        Refused::OwnerOnly => t!(lang, "owner-only"),
        Refused::BadNumber { given, least, most } => t!(
            lang,
            "bad-number",
            given = typed(given),
            least = (*least),
            most = most.to_string()
        ),
        Refused::BadDuration { given, most_days } => t!(
            lang,
            "bad-duration",
            given = typed(given),
            days = (*most_days)
        ),
        Refused::MinAboveMax { min, max } => t!(lang, "min-above-max", min = (*min), max = (*max)),
        Refused::NoLink(text) => t!(lang, "no-link", text = typed(text)),
        Refused::Elsewhere => t!(lang, "elsewhere"),
        Refused::NoRoom => t!(lang, "no-room"),
        Refused::NoTextChannel => t!(lang, "no-text-channel"),
        Refused::Empty => t!(lang, "empty"),
        Refused::Busy => t!(lang, "edit-under-way"),
        Refused::NotReady => t!(lang, "not-ready"),
        Refused::NoMembersIntent => t!(lang, "no-members-intent"),
        Refused::AlreadyRunning => t!(lang, "already-running"),
        Refused::NotRunning => t!(lang, "not-running"),
    }
}

/// Why a role can not be handed out, and who can change that.
fn problem_with(lang: Lang, role: RoleId, problem: &RoleProblem) -> String {
    let role = mention(role);
    match problem {
        RoleProblem::Missing => t!(lang, "role-missing", role = role),
        RoleProblem::Everyone => t!(lang, "role-everyone"),
        RoleProblem::Managed(ManagedBy::Boosts) => t!(lang, "role-boosts", role = role),
        RoleProblem::Managed(ManagedBy::Bot) => t!(lang, "role-bot", role = role),
        RoleProblem::Managed(ManagedBy::Integration) => t!(lang, "role-integration", role = role),
        RoleProblem::BotLacksManageRoles => t!(
            lang,
            "bot-lacks",
            permission = permission_names(lang, Permissions::MANAGE_ROLES)
        ),
        RoleProblem::AboveBot { highest } => match highest {
            Some(highest) => t!(
                lang,
                "role-above-bot",
                role = role,
                highest = mention(*highest)
            ),
            None => t!(lang, "role-above-bot-without", role = role),
        },
        RoleProblem::AboveYou { highest } => match highest {
            Some(highest) => t!(
                lang,
                "role-above-you",
                role = role,
                highest = mention(*highest)
            ),
            None => t!(lang, "role-above-you-without", role = role),
        },
        RoleProblem::Dangerous(permissions) => t!(
            lang,
            "role-dangerous",
            role = role,
            permissions = permission_names(lang, *permissions)
        ),
    }
}

/// Why a click did not do all it asked for.
fn rule(lang: Lang, role: RoleId, rule: &Rule) -> String {
    let named = mention(role);
    match rule {
        Rule::Locked => t!(lang, "rule-locked", role = named),
        Rule::Once => t!(lang, "rule-once", role = named),
        Rule::CoolDown(until) => t!(
            lang,
            "rule-cool-down",
            role = named,
            when = relative(*until)
        ),
        Rule::AddOnly => t!(lang, "rule-add-only", role = named),
        Rule::RemoveOnly => t!(lang, "rule-remove-only", role = named),
        Rule::NeedsAny(roles) => t!(
            lang,
            "rule-needs-any",
            role = named,
            roles = mentions(lang, roles)
        ),
        Rule::NeedsAll(roles) => t!(
            lang,
            "rule-needs-all",
            role = named,
            roles = mentions(lang, roles)
        ),
        Rule::Forbidden(roles) => t!(
            lang,
            "rule-forbidden",
            role = named,
            roles = mentions(lang, roles)
        ),
        Rule::Apart { group, role } => t!(
            lang,
            "rule-apart",
            role = named,
            other = mention(*role),
            group = escape(group)
        ),
        Rule::Full(seats) => t!(lang, "rule-full", role = named, seats = (*seats)),
        Rule::Counting => t!(lang, "rule-counting", role = named),
        Rule::Most(most) => t!(lang, "rule-most", role = named, most = (*most)),
        Rule::Least(least) => t!(lang, "rule-least", role = named, least = (*least)),
        Rule::Gone => t!(lang, "rule-gone", role = named),
        Rule::Problem(problem) => problem_with(lang, role, problem),
    }
}

/// A card with what a click did.
pub(crate) fn with_outcome(lang: Lang, card: Card, decision: &Decision) -> Card {
    let mut lines = Vec::new();
    if !decision.add.is_empty() {
        lines.push(t!(
            lang,
            "outcome-added",
            roles = mentions(lang, &decision.add)
        ));
    }
    if !decision.remove.is_empty() {
        lines.push(t!(
            lang,
            "outcome-removed",
            roles = mentions(lang, &decision.remove)
        ));
    }
    let refused = decision
        .refused
        .iter()
        .map(|(role, why)| format!("🚫 {}", rule(lang, *role, why)));
    lines.extend(refused);
    let colour = match (decision.changes_nothing(), decision.refused.is_empty()) {
        (true, true) => Colour::Plain,
        (true, false) => Colour::Bad,
        (false, true) => Colour::Good,
        (false, false) => Colour::Warn,
    };
    card.colour(colour).lines(lines)
}

pub(crate) fn nothing_to_choose(lang: Lang) -> String {
    t!(lang, "nothing-to-choose")
}

pub(crate) fn choose_here(lang: Lang, part: usize, parts: usize) -> String {
    if parts == 1 {
        t!(lang, "choose-here")
    } else {
        t!(lang, "choose-here-of", part = part, parts = parts)
    }
}

pub(crate) fn choose_button(lang: Lang, group: &Group) -> String {
    if group.button_label.is_empty() {
        t!(lang, "choose-here")
    } else {
        group.button_label.clone()
    }
}

pub(crate) fn your_roles(lang: Lang, page: usize, pages: usize) -> String {
    if pages == 1 {
        t!(lang, "your-roles")
    } else {
        t!(lang, "your-roles-of", page = page, pages = pages)
    }
}

pub(crate) fn create_title(lang: Lang) -> String {
    t!(lang, "create-title")
}

pub(crate) fn item_title(lang: Lang) -> String {
    t!(lang, "item-title")
}

pub(crate) fn field_name(lang: Lang) -> String {
    t!(lang, "field-name")
}

pub(crate) fn field_message(lang: Lang) -> String {
    t!(lang, "field-message")
}

pub(crate) fn field_roles(lang: Lang) -> String {
    t!(lang, "field-roles")
}

pub(crate) fn field_mode(lang: Lang) -> String {
    t!(lang, "field-mode")
}

pub(crate) fn field_surface(lang: Lang) -> String {
    t!(lang, "field-surface")
}

pub(crate) fn field_button_label(lang: Lang) -> String {
    t!(lang, "field-button-label")
}

pub(crate) fn field_button_style(lang: Lang) -> String {
    t!(lang, "field-button-style")
}

pub(crate) fn field_min(lang: Lang) -> String {
    t!(lang, "field-min")
}

pub(crate) fn field_max(lang: Lang) -> String {
    t!(lang, "field-max")
}

pub(crate) fn field_allowed(lang: Lang) -> String {
    t!(lang, "field-allowed")
}

pub(crate) fn field_feedback(lang: Lang) -> String {
    t!(lang, "field-feedback")
}

pub(crate) fn field_lasts(lang: Lang) -> String {
    t!(lang, "field-lasts")
}

pub(crate) fn field_cool_down(lang: Lang) -> String {
    t!(lang, "field-cool-down")
}

pub(crate) fn field_require_one(lang: Lang) -> String {
    t!(lang, "field-require-one")
}

pub(crate) fn field_any_of(lang: Lang) -> String {
    t!(lang, "field-any-of")
}

pub(crate) fn field_all_of(lang: Lang) -> String {
    t!(lang, "field-all-of")
}

pub(crate) fn field_none_of(lang: Lang) -> String {
    t!(lang, "field-none-of")
}

pub(crate) fn field_apart_from(lang: Lang) -> String {
    t!(lang, "field-apart-from")
}

pub(crate) fn field_emoji(lang: Lang) -> String {
    t!(lang, "field-emoji")
}

pub(crate) fn field_label(lang: Lang) -> String {
    t!(lang, "field-label")
}

pub(crate) fn field_description(lang: Lang) -> String {
    t!(lang, "field-description")
}

pub(crate) fn field_seats(lang: Lang) -> String {
    t!(lang, "field-seats")
}

pub(crate) fn field_delay(lang: Lang) -> String {
    t!(lang, "field-delay")
}

pub(crate) fn field_whom(lang: Lang) -> String {
    t!(lang, "field-whom")
}

pub(crate) fn field_unless(lang: Lang) -> String {
    t!(lang, "field-unless")
}

pub(crate) fn field_sticky(lang: Lang) -> String {
    t!(lang, "field-sticky")
}

pub(crate) fn field_not_sticky(lang: Lang) -> String {
    t!(lang, "field-not-sticky")
}

pub(crate) fn example_duration(lang: Lang) -> String {
    t!(lang, "example-duration")
}

pub(crate) fn yes(lang: Lang) -> String {
    t!(lang, "yes")
}

pub(crate) fn no(lang: Lang) -> String {
    t!(lang, "no")
}

pub(crate) fn mode(lang: Lang, mode: Mode) -> String {
    match mode {
        Mode::Free => t!(lang, "mode-free"),
        Mode::Single => t!(lang, "mode-single"),
        Mode::Multiple => t!(lang, "mode-multiple"),
    }
}

pub(crate) fn allowed(lang: Lang, allowed: Allowed) -> String {
    match allowed {
        Allowed::Both => t!(lang, "allowed-both"),
        Allowed::AddOnly => t!(lang, "allowed-add-only"),
        Allowed::RemoveOnly => t!(lang, "allowed-remove-only"),
        Allowed::Once => t!(lang, "allowed-once"),
        Allowed::Locked => t!(lang, "allowed-locked"),
    }
}

pub(crate) fn surface(lang: Lang, surface: Surface) -> String {
    match surface {
        Surface::Auto => t!(lang, "surface-auto"),
        Surface::Buttons => t!(lang, "surface-buttons"),
        Surface::Selects => t!(lang, "surface-selects"),
        Surface::Private => t!(lang, "surface-private"),
    }
}

pub(crate) fn button_style(lang: Lang, style: i16) -> String {
    match style {
        1 => t!(lang, "style-blue"),
        3 => t!(lang, "style-green"),
        4 => t!(lang, "style-red"),
        _ => t!(lang, "style-grey"),
    }
}

pub(crate) fn whom(lang: Lang, whom: Whom) -> String {
    match whom {
        Whom::Everyone => t!(lang, "whom-everyone"),
        Whom::Humans => t!(lang, "whom-humans"),
        Whom::Bots => t!(lang, "whom-bots"),
    }
}

pub(crate) fn looks_button(lang: Lang) -> String {
    t!(lang, "looks-button")
}

pub(crate) fn limits_button(lang: Lang) -> String {
    t!(lang, "limits-button")
}

pub(crate) fn times_button(lang: Lang) -> String {
    t!(lang, "times-button")
}

pub(crate) fn conditions_button(lang: Lang) -> String {
    t!(lang, "conditions-button")
}

pub(crate) fn created(lang: Lang, name: &str) -> String {
    t!(lang, "created", name = escape(name))
}

pub(crate) fn saved(lang: Lang) -> String {
    t!(lang, "saved")
}

pub(crate) fn added(lang: Lang, roles: &[RoleId]) -> String {
    t!(lang, "added", roles = mentions(lang, roles))
}

pub(crate) fn removed(lang: Lang, role: RoleId) -> String {
    t!(lang, "removed", role = mention(role))
}

pub(crate) fn add_which(lang: Lang, group: &str) -> String {
    t!(lang, "add-which", group = escape(group))
}

pub(crate) fn approve(lang: Lang, role: RoleId, permissions: Permissions) -> String {
    t!(
        lang,
        "approve",
        role = mention(role),
        permissions = permission_names(lang, permissions)
    )
}

pub(crate) fn approve_button(lang: Lang) -> String {
    t!(lang, "approve-button")
}

pub(crate) fn item_line(
    lang: Lang,
    item: &Item,
    taken: i64,
    problem: Option<&RoleProblem>,
) -> String {
    let mut line = format!("• {}", mention(item.role));
    if let Some(emoji) = &item.emoji {
        line = format!("• {emoji} {}", mention(item.role));
    }
    if !item.label.is_empty() {
        line.extend([" · ", &escape(&item.label)]);
    }
    if let Some(seats) = item.seats {
        line.push_str(&t!(
            lang,
            "item-seats",
            taken = taken.to_string(),
            seats = seats.to_string()
        ));
    }
    if item.is_broken {
        line.extend(["\n-# ⚠️ ", &t!(lang, "item-broken")]);
    } else if let Some(problem) = problem {
        line.extend(["\n-# ⚠️ ", &problem_with(lang, item.role, problem)]);
    }
    line
}

pub(crate) fn group(
    lang: Lang,
    group: &Group,
    items: &[String],
    others: &[&str],
    note: Option<String>,
) -> Card {
    let mut card = Card::new().title(escape(&group.name)).colour(Colour::Info);
    if let Some(note) = note {
        card = card.text(format!("✅ {note}")).colour(Colour::Good);
    }
    card = if items.is_empty() {
        card.text(t!(lang, "group-empty"))
    } else {
        card.lines(items)
    };
    let posted = match group.posted {
        Some((channel, message)) => t!(
            lang,
            "group-posted",
            link = message_link(group.guild, channel, message)
        ),
        None => t!(lang, "group-not-posted"),
    };
    card.field(
        t!(lang, "group-rules"),
        rules(lang, &group.rules, others).join("\n"),
    )
    .field(
        t!(lang, "group-menu"),
        format!("{}\n{posted}", surface(lang, group.surface)),
    )
}

fn rules(lang: Lang, rules: &Rules, others: &[&str]) -> Vec<String> {
    let mut lines = vec![mode(lang, rules.mode)];
    if rules.mode == Mode::Multiple {
        lines.push(match rules.max {
            Some(max) => t!(lang, "group-min-max", min = rules.min, max = max),
            None => t!(lang, "group-min", min = rules.min),
        });
    }
    lines.push(allowed(lang, Allowed::of(rules)));
    if rules.require_one {
        lines.push(t!(lang, "group-require-one"));
    }
    let shown = |seconds: i64| duration::write(SignedDuration::from_secs(seconds));
    lines.extend(
        rules
            .lasts
            .map(|seconds| t!(lang, "group-lasts", duration = shown(seconds))),
    );
    lines.extend(
        rules
            .cool_down
            .map(|seconds| t!(lang, "group-cool-down", duration = shown(seconds))),
    );
    if !rules.any_of.is_empty() {
        lines.push(t!(
            lang,
            "group-any-of",
            roles = mentions(lang, &rules.any_of)
        ));
    }
    if !rules.all_of.is_empty() {
        lines.push(t!(
            lang,
            "group-all-of",
            roles = mentions(lang, &rules.all_of)
        ));
    }
    if !rules.none_of.is_empty() {
        lines.push(t!(
            lang,
            "group-none-of",
            roles = mentions(lang, &rules.none_of)
        ));
    }
    if !others.is_empty() {
        let groups: Vec<String> = others.iter().map(|name| escape(name)).collect();
        lines.push(t!(lang, "group-apart-from", groups = groups.join(", ")));
    }
    if rules.quiet {
        lines.push(t!(lang, "group-quiet"));
    }
    lines
}

pub(crate) fn list(lang: Lang, guild: GuildId, groups: &[Listed]) -> Card {
    let card = Card::new()
        .title(t!(lang, "list-title"))
        .colour(Colour::Info);
    if groups.is_empty() {
        return card.text(t!(lang, "list-empty"));
    }
    card.lines(groups.iter().map(|group| {
        let posted = match group.posted {
            Some((channel, message)) => message_link(guild, channel, message),
            None => t!(lang, "group-not-posted"),
        };
        let mut line = t!(
            lang,
            "list-line",
            name = escape(&group.name),
            roles = group.roles,
            posted = posted
        );
        if group.broken > 0 {
            line.extend(["\n-# ⚠️ ", &t!(lang, "list-broken", count = group.broken)]);
        }
        line
    }))
}

pub(crate) fn posted(lang: Lang, name: &str, link: &str) -> Card {
    Card::new()
        .colour(Colour::Good)
        .text(t!(lang, "posted", name = escape(name), link = link))
}

pub(crate) fn linked(lang: Lang, name: &str, link: &str) -> Card {
    Card::new()
        .colour(Colour::Good)
        .text(t!(lang, "linked", name = escape(name), link = link))
}

pub(crate) fn not_my_message(lang: Lang, author: &str) -> String {
    t!(lang, "not-my-message", author = escape(author))
}

pub(crate) fn copy_button(lang: Lang) -> String {
    t!(lang, "copy-button")
}

pub(crate) fn delete(lang: Lang, group: &Group) -> String {
    t!(
        lang,
        "delete",
        name = escape(&group.name),
        count = group.items.len()
    )
}

pub(crate) fn delete_button(lang: Lang) -> String {
    t!(lang, "delete-button")
}

pub(crate) fn deleted(lang: Lang, name: &str) -> Card {
    Card::new()
        .colour(Colour::Good)
        .text(t!(lang, "deleted", name = escape(name)))
}

pub(crate) fn joining(lang: Lang, joining: &Joining, note: Option<String>) -> Card {
    let mut card = Card::new()
        .title(t!(lang, "joining-title"))
        .colour(Colour::Info);
    if let Some(note) = note {
        card = card.text(format!("✅ {note}")).colour(Colour::Good);
    }
    let given = if joining.roles.is_empty() {
        t!(lang, "joining-none")
    } else {
        let mut lines = vec![mentions(lang, &joining.roles), whom(lang, joining.whom)];
        lines.push(if joining.delay == 0 {
            t!(lang, "joining-at-once")
        } else {
            let delay = SignedDuration::from_secs(joining.delay);
            t!(lang, "joining-after", delay = duration::write(delay))
        });
        if !joining.unless.is_empty() {
            lines.push(t!(
                lang,
                "joining-unless",
                roles = mentions(lang, &joining.unless)
            ));
        }
        lines.join("\n")
    };
    let sticky = if joining.sticky {
        let mut lines = vec![t!(lang, "sticky-on")];
        if !joining.not_sticky.is_empty() {
            lines.push(t!(
                lang,
                "sticky-except",
                roles = mentions(lang, &joining.not_sticky)
            ));
        }
        lines.join("\n")
    } else {
        t!(lang, "sticky-off")
    };
    card.field(joining_button(lang), given)
        .field(sticky_button(lang), sticky)
}

pub(crate) fn joining_button(lang: Lang) -> String {
    t!(lang, "joining-button")
}

pub(crate) fn sticky_button(lang: Lang) -> String {
    t!(lang, "sticky-button")
}

fn planned(lang: Lang, plan: &Plan) -> String {
    let role = mention(plan.role);
    let mut text = if plan.is_giving {
        t!(lang, "plan-give", role = role, whom = whom(lang, plan.whom))
    } else {
        t!(lang, "plan-take", role = role, whom = whom(lang, plan.whom))
    };
    if let Some(with) = plan.with {
        text.extend(["\n", &t!(lang, "plan-with", role = mention(with))]);
    }
    text
}

pub(crate) fn preview(lang: Lang, plan: &Plan, count: u32, total: u32) -> Card {
    // As many edits a second as Discord takes.
    let minutes = count.div_ceil(60);
    Card::new()
        .title(t!(lang, "assign-title"))
        .colour(Colour::Warn)
        .text(planned(lang, plan))
        .text(t!(lang, "assign-count", count = count, total = total))
        .text(if count == 0 {
            t!(lang, "assign-nobody")
        } else {
            t!(lang, "assign-takes", minutes = minutes)
        })
}

pub(crate) fn start_button(lang: Lang, count: u32) -> String {
    t!(lang, "start-button", count = count)
}

pub(crate) fn started(lang: Lang) -> Card {
    Card::new()
        .colour(Colour::Good)
        .text(t!(lang, "assign-started"))
}

pub(crate) fn cancel_button(lang: Lang) -> String {
    t!(lang, "cancel-button")
}

pub(crate) fn cancelling(lang: Lang) -> String {
    t!(lang, "cancelling")
}

pub(crate) fn progress(lang: Lang, run: &Run) -> Card {
    let state = match run.state {
        State::Running => t!(lang, "run-running"),
        State::Done => t!(lang, "run-done"),
        State::Cancelled => t!(lang, "run-cancelled"),
        State::Failed => t!(lang, "run-failed"),
    };
    let mut card = Card::new()
        .title(t!(lang, "assign-title"))
        .colour(mass::colour(run.state))
        .text(planned(lang, &run.plan))
        .text(t!(
            lang,
            "run-progress",
            state = state,
            seen = run.seen,
            total = run.total.max(run.seen),
            changed = run.changed
        ));
    if run.failed > 0 {
        card = card.text(t!(lang, "run-failures", count = run.failed));
    }
    card.footer(t!(lang, "run-number", number = run.id.to_string()))
}

pub(crate) fn broken(lang: Lang, guild: &str, broken: &[Broken]) -> Card {
    const SHOWN: usize = 20;
    let lines = broken.iter().take(SHOWN).map(|broken| {
        t!(
            lang,
            "broken-line",
            group = escape(&broken.group),
            role = broken.role.to_string()
        )
    });
    Card::new()
        .title(t!(lang, "broken-title", guild = escape(guild)))
        .colour(Colour::Warn)
        .lines(lines)
        .text(t!(lang, "broken-remedy"))
}
