//! Modals: forms that a member fills in.
//!
//! A form is a type that builds its [`Modal`] and reads itself back from the [`Fields`] of a submission; the
//! handler gets it as [`Submit<F>`].
//!
//! See [Discord Docs/Modal](https://docs.discord.com/developers/components/reference#label).

use database::{ChannelId, RoleId, UserId};
use twilight_model::{
    application::interaction::{
        InteractionDataResolved,
        modal::{ModalInteractionComponent, ModalInteractionData},
    },
    channel::message::{
        Component,
        component::{Label, TextDisplay, TextInput, TextInputStyle},
    },
};

use crate::{
    CustomId,
    card::{Select, SelectKind, cut},
};

/// A form of typed fields.
pub trait Form: Sized + Send + 'static {
    /// The custom id of its modal.
    type Id: CustomId;

    /// Reads the fields of a submission; `None` when one is missing, which only an outdated form does.
    fn read(fields: &Fields) -> Option<Self>;
}

/// A form that a member has sent.
#[derive(Debug)]
pub struct Submit<F: Form> {
    /// The action and its arguments.
    pub id: F::Id,
    /// The fields.
    pub form: F,
}

/// A modal to open. Discord shows at most five fields; more are left out, with an error in the log.
#[derive(Clone, Debug)]
#[must_use]
pub struct Modal {
    /// The custom id.
    pub custom_id: String,
    /// The title, cut at 45 characters.
    pub title: String,
    /// The top-level components.
    pub components: Vec<Component>,
}

impl Modal {
    /// An empty modal.
    pub fn new(id: &impl CustomId, title: impl AsRef<str>) -> Self {
        Self {
            custom_id: id.encode(),
            title: cut(title.as_ref(), 45),
            components: Vec::new(),
        }
    }

    /// Words above the fields.
    pub fn words(mut self, content: impl AsRef<str>) -> Self {
        self.put(Component::TextDisplay(TextDisplay {
            id: None,
            content: cut(content.as_ref(), 2000),
        }));
        self
    }

    /// A text field.
    pub fn text(mut self, label: impl AsRef<str>, field: TextField) -> Self {
        self.label(label.as_ref(), field.hint.clone(), field.component());
        self
    }

    /// A select as a field; with `required` false the member may leave it empty.
    pub fn select(mut self, label: impl AsRef<str>, field: SelectField) -> Self {
        let SelectField { select, required } = field;
        self.label(label.as_ref(), None, select.component(Some(required)));
        self
    }

    fn label(&mut self, label: &str, hint: Option<String>, component: Component) {
        self.put(Component::Label(Label {
            id: None,
            label: cut(label, 45),
            description: hint.map(|hint| cut(&hint, 100)),
            component: Box::new(component),
        }));
    }

    fn put(&mut self, component: Component) {
        if self.components.len() >= 5 {
            tracing::error!(
                modal = self.title,
                "a modal has more fields than Discord shows: one is left out"
            );
        } else {
            self.components.push(component);
        }
    }
}

/// A text field of a modal.
#[derive(Clone, Debug)]
#[must_use]
pub struct TextField {
    name: &'static str,
    style: TextInputStyle,
    length: (u16, u16),
    value: Option<String>,
    placeholder: Option<String>,
    hint: Option<String>,
    required: bool,
}

impl TextField {
    /// One line.
    pub const fn line(name: &'static str) -> Self {
        Self {
            name,
            style: TextInputStyle::Short,
            length: (0, 4000),
            value: None,
            placeholder: None,
            hint: None,
            required: true,
        }
    }

    /// Several lines.
    pub const fn paragraph(name: &'static str) -> Self {
        let mut field = Self::line(name);
        field.style = TextInputStyle::Paragraph;
        field
    }

    /// The least and the most characters, 0 to 4000.
    pub fn length(mut self, least: u16, most: u16) -> Self {
        let most = most.clamp(1, 4000);
        self.length = (least.min(most), most);
        self
    }

    /// What stands in it already.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Grey words while it is empty, cut at 100 characters.
    pub fn placeholder(mut self, placeholder: impl AsRef<str>) -> Self {
        self.placeholder = Some(cut(placeholder.as_ref(), 100));
        self
    }

    /// Words under the label, cut at 100 characters.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Lets the member leave it empty.
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    fn component(self) -> Component {
        Component::TextInput(TextInput {
            id: None,
            custom_id: self.name.to_owned(),
            #[expect(
                deprecated,
                reason = "the model has the field; inside a label Discord wants it absent"
            )]
            label: None,
            max_length: Some(self.length.1),
            min_length: Some(self.length.0),
            placeholder: self.placeholder,
            required: Some(self.required),
            style: self.style,
            value: self
                .value
                .map(|value| cut(&value, self.length.1.into()))
                .filter(|value| !value.is_empty()),
        })
    }
}

/// A select as a field of a modal.
#[derive(Clone, Debug)]
#[must_use]
pub struct SelectField {
    select: Select,
    required: bool,
}

impl SelectField {
    /// A select that must be filled.
    pub fn new(name: &'static str, kind: SelectKind) -> Self {
        Self {
            select: Select::named(name.to_owned(), kind),
            required: true,
        }
    }

    /// Texts to pick from: label, value, and whether it is chosen already.
    pub fn strings(
        name: &'static str,
        options: impl IntoIterator<Item = (impl Into<String>, impl Into<String>, bool)>,
    ) -> Self {
        Self::new(
            name,
            SelectKind::Strings(crate::card::string_options(options)),
        )
    }

    /// The grey words while nothing is picked.
    pub fn placeholder(mut self, placeholder: impl Into<String>) -> Self {
        self.select = self.select.placeholder(placeholder);
        self
    }

    /// How many values may be picked; with 0 the field may stay empty.
    pub fn values(mut self, least: u8, most: u8) -> Self {
        self.required = least > 0;
        self.select = self.select.values(least, most);
        self
    }
}

/// The fields of a submitted modal, by name.
#[derive(Debug)]
pub struct Fields {
    values: Vec<(String, Value)>,
    /// What Discord resolved of the ids in it.
    pub resolved: Option<InteractionDataResolved>,
}

#[derive(Debug)]
enum Value {
    Text(String),
    Many(Vec<String>),
    Flag(bool),
}

impl Fields {
    /// Reads a submission, labels and legacy rows alike.
    pub fn read(data: ModalInteractionData) -> Self {
        let mut values = Vec::new();
        for component in data.components {
            collect(component, &mut values);
        }
        Self {
            values,
            resolved: data.resolved,
        }
    }

    fn find(&self, name: &str) -> Option<&Value> {
        self.values
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value)
    }

    /// The text of a field, trimmed; empty when the member left it so.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.find(name)? {
            Value::Text(text) => Some(text.trim().to_owned()),
            Value::Many(_) | Value::Flag(_) => None,
        }
    }

    /// The values picked in a select of texts.
    pub fn picked(&self, name: &str) -> Option<Vec<String>> {
        match self.find(name)? {
            Value::Many(values) => Some(values.clone()),
            Value::Text(_) | Value::Flag(_) => None,
        }
    }

    fn ids<T: std::str::FromStr>(&self, name: &str) -> Option<Vec<T>> {
        self.picked(name)?
            .iter()
            .map(|id| id.parse().ok())
            .collect()
    }

    /// The users picked in a select.
    pub fn users(&self, name: &str) -> Option<Vec<UserId>> {
        self.ids(name)
    }

    /// The roles picked in a select.
    pub fn roles(&self, name: &str) -> Option<Vec<RoleId>> {
        self.ids(name)
    }

    /// The channels picked in a select.
    pub fn channels(&self, name: &str) -> Option<Vec<ChannelId>> {
        self.ids(name)
    }

    /// Whether a checkbox is set.
    pub fn checked(&self, name: &str) -> Option<bool> {
        match self.find(name)? {
            Value::Flag(value) => Some(*value),
            Value::Text(_) | Value::Many(_) => None,
        }
    }
}

fn collect(component: ModalInteractionComponent, into: &mut Vec<(String, Value)>) {
    fn ids<T: ToString>(values: &[T]) -> Value {
        Value::Many(values.iter().map(ToString::to_string).collect())
    }
    match component {
        ModalInteractionComponent::ActionRow(row) => row
            .components
            .into_iter()
            .for_each(|child| collect(child, into)),
        ModalInteractionComponent::Label(label) => collect(*label.component, into),
        ModalInteractionComponent::TextInput(input) => {
            into.push((input.custom_id, Value::Text(input.value)));
        }
        ModalInteractionComponent::StringSelect(select) => {
            into.push((select.custom_id, Value::Many(select.values)));
        }
        ModalInteractionComponent::UserSelect(select) => {
            into.push((select.custom_id, ids(&select.values)));
        }
        ModalInteractionComponent::RoleSelect(select) => {
            into.push((select.custom_id, ids(&select.values)));
        }
        ModalInteractionComponent::MentionableSelect(select) => {
            into.push((select.custom_id, ids(&select.values)));
        }
        ModalInteractionComponent::ChannelSelect(select) => {
            into.push((select.custom_id, ids(&select.values)));
        }
        ModalInteractionComponent::CheckboxGroup(group) => {
            into.push((group.custom_id, Value::Many(group.values)));
        }
        ModalInteractionComponent::Checkbox(checkbox) => {
            into.push((checkbox.custom_id, Value::Flag(checkbox.value)));
        }
        ModalInteractionComponent::FileUpload(upload) => {
            into.push((upload.custom_id, ids(&upload.values)));
        }
        ModalInteractionComponent::TextDisplay(_) | ModalInteractionComponent::Unknown(_) => {}
    }
}
