//! Buttons and selects.

use database::{ChannelId, RoleId, UserId};
use twilight_model::channel::{
    ChannelType,
    message::{
        Component, EmojiReactionType,
        component::{
            ActionRow, Button as ModelButton, ButtonStyle, SelectDefaultValue, SelectMenu,
            SelectMenuOption, SelectMenuType,
        },
    },
};

use super::text::cut;
use crate::CustomId;

/// A control in a row of a card.
#[derive(Clone, Debug)]
pub(super) enum Control {
    Button(Button),
    Select(Select),
}

/// A button.
#[derive(Clone, Debug)]
#[must_use]
pub struct Button {
    label: String,
    emoji: Option<EmojiReactionType>,
    style: ButtonStyle,
    target: String,
    disabled: bool,
}

impl Button {
    /// A grey button that triggers an action. The label is cut at 80 characters.
    pub fn new(label: impl Into<String>, id: &impl CustomId) -> Self {
        Self::with(label, id.encode(), ButtonStyle::Secondary)
    }

    /// A button that opens an address.
    pub fn link(label: impl Into<String>, url: impl Into<String>) -> Self {
        Self::with(label, url.into(), ButtonStyle::Link)
    }

    /// A greyed button that only holds a place.
    pub(super) fn idle(label: impl Into<String>, id: String) -> Self {
        Self::with(label, id, ButtonStyle::Secondary).disabled(true)
    }

    fn with(label: impl Into<String>, target: String, style: ButtonStyle) -> Self {
        Self {
            label: label.into(),
            emoji: None,
            style,
            target,
            disabled: false,
        }
    }

    /// Makes it the main choice.
    pub const fn primary(mut self) -> Self {
        self.style = ButtonStyle::Primary;
        self
    }

    /// Makes it the choice that confirms.
    pub const fn success(mut self) -> Self {
        self.style = ButtonStyle::Success;
        self
    }

    /// Makes it the choice that destroys.
    pub const fn danger(mut self) -> Self {
        self.style = ButtonStyle::Danger;
        self
    }

    /// A Unicode emoji before the label.
    pub fn emoji(self, emoji: impl Into<String>) -> Self {
        self.picture(EmojiReactionType::Unicode { name: emoji.into() })
    }

    /// An emoji of any kind before the label.
    pub fn picture(mut self, emoji: EmojiReactionType) -> Self {
        self.emoji = Some(emoji);
        self
    }

    /// Whether it is greyed.
    pub const fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    fn component(&self) -> Component {
        let is_link = self.style == ButtonStyle::Link;
        Component::Button(ModelButton {
            id: None,
            custom_id: (!is_link).then(|| self.target.clone()),
            disabled: self.disabled,
            emoji: self.emoji.clone(),
            // With an emoji the label may be empty, and Discord wants it absent then.
            label: (!self.label.is_empty() || self.emoji.is_none()).then(|| cut(&self.label, 80)),
            sku_id: None,
            style: self.style,
            url: is_link.then(|| self.target.clone()),
        })
    }
}

/// What a select offers.
#[derive(Clone, Debug)]
pub enum SelectKind {
    /// Up to 25 texts; longer lists belong on pages.
    Strings(Vec<SelectMenuOption>),
    /// Users, with those chosen already.
    Users(Vec<UserId>),
    /// Roles, with those chosen already.
    Roles(Vec<RoleId>),
    /// Users and roles, with those chosen already.
    Mentionables(Vec<UserId>, Vec<RoleId>),
    /// Channels of these types (all when empty), with those chosen already.
    Channels(Vec<ChannelType>, Vec<ChannelId>),
}

/// A select menu.
#[derive(Clone, Debug)]
#[must_use]
pub struct Select {
    pub(crate) custom_id: String,
    kind: SelectKind,
    placeholder: Option<String>,
    values: (u8, u8),
    disabled: bool,
}

impl Select {
    /// A select that triggers an action; one value is picked unless [`Select::values`] says otherwise.
    pub fn new(id: &impl CustomId, kind: SelectKind) -> Self {
        Self::named(id.encode(), kind)
    }

    /// A select that is a field of a modal, under the field's name.
    pub(crate) fn named(custom_id: String, kind: SelectKind) -> Self {
        Self {
            custom_id,
            kind,
            placeholder: None,
            values: (1, 1),
            disabled: false,
        }
    }

    /// A select of texts: label, value, and whether it is chosen already.
    pub fn strings(
        id: &impl CustomId,
        options: impl IntoIterator<Item = (impl Into<String>, impl Into<String>, bool)>,
    ) -> Self {
        Self::new(id, SelectKind::Strings(string_options(options)))
    }

    /// The grey words while nothing is picked, cut at 150 characters.
    pub fn placeholder(mut self, placeholder: impl Into<String>) -> Self {
        self.placeholder = Some(placeholder.into());
        self
    }

    /// How many values may be picked: at least and at most, 0 to 25.
    pub fn values(mut self, least: u8, most: u8) -> Self {
        let most = most.clamp(1, 25);
        self.values = (least.min(most), most);
        self
    }

    /// Whether it is greyed.
    pub const fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    /// The component, for a message (`required` absent) or for a modal.
    pub(crate) fn component(&self, required: Option<bool>) -> Component {
        let (least, most) = self.values;
        let most = match &self.kind {
            SelectKind::Strings(options) => {
                most.min(u8::try_from(options.len().clamp(1, 25)).unwrap_or(25))
            }
            _ => most,
        };
        let chosen = |values: Vec<SelectDefaultValue>| {
            let values: Vec<_> = values.into_iter().take(most.into()).collect();
            (!values.is_empty() && values.len() >= usize::from(least)).then_some(values)
        };
        let users = |ids: &[UserId]| -> Vec<_> {
            ids.iter()
                .map(|id| SelectDefaultValue::User((*id).into()))
                .collect()
        };
        let roles = |ids: &[RoleId]| -> Vec<_> {
            ids.iter()
                .map(|id| SelectDefaultValue::Role((*id).into()))
                .collect()
        };
        let (kind, options, channel_types, default_values) = match &self.kind {
            SelectKind::Strings(options) => (
                SelectMenuType::Text,
                Some(options.iter().take(25).cloned().collect()),
                None,
                None,
            ),
            SelectKind::Users(ids) => (SelectMenuType::User, None, None, chosen(users(ids))),
            SelectKind::Roles(ids) => (SelectMenuType::Role, None, None, chosen(roles(ids))),
            SelectKind::Mentionables(user_ids, role_ids) => {
                let mut values = users(user_ids);
                values.extend(roles(role_ids));
                (SelectMenuType::Mentionable, None, None, chosen(values))
            }
            SelectKind::Channels(types, ids) => {
                let values = ids
                    .iter()
                    .map(|id| SelectDefaultValue::Channel((*id).into()))
                    .collect();
                let types = (!types.is_empty()).then(|| types.clone());
                (SelectMenuType::Channel, None, types, chosen(values))
            }
        };
        Component::SelectMenu(SelectMenu {
            id: None,
            channel_types,
            custom_id: self.custom_id.clone(),
            default_values,
            disabled: self.disabled,
            kind,
            max_values: Some(most),
            min_values: Some(least.min(most)),
            options,
            placeholder: self
                .placeholder
                .as_ref()
                .map(|placeholder| cut(placeholder, 150)),
            required,
        })
    }
}

/// Options of a string select, each cut to Discord's limits.
pub(crate) fn string_options(
    options: impl IntoIterator<Item = (impl Into<String>, impl Into<String>, bool)>,
) -> Vec<SelectMenuOption> {
    options
        .into_iter()
        .map(|(label, value, default)| SelectMenuOption {
            default,
            description: None,
            emoji: None,
            label: cut(&label.into(), 100),
            value: value.into(),
        })
        .collect()
}

/// A row of controls as a component.
pub(super) fn row(controls: &[Control]) -> Component {
    let components = controls
        .iter()
        .map(|control| match control {
            Control::Button(button) => button.component(),
            Control::Select(select) => select.component(None),
        })
        .collect();
    Component::ActionRow(ActionRow {
        id: None,
        components,
    })
}
