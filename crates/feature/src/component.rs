//! Components: what a click or a pick in a message hands to its handler.
//!
//! A handler takes a [`Click`] of a button, or one of the five picks of a select; the type says which, and a
//! component of another kind under the same id is answered as outdated.

use std::ops::Deref;

use database::{ChannelId, RoleId, UserId};
use twilight_model::{
    application::interaction::{
        InteractionDataResolved, message_component::MessageComponentInteractionData,
    },
    channel::message::component::ComponentType,
};

use crate::CustomId;

/// What a component handler takes.
pub trait ComponentInput: Sized + Send + 'static {
    /// The action behind the component.
    type Id: CustomId;
    /// The kind of component.
    const KIND: ComponentType;

    /// Reads the values; `None` when one does not fit.
    fn read(id: Self::Id, data: MessageComponentInteractionData) -> Option<Self>;
}

/// A click on a button.
#[derive(Debug)]
pub struct Click<C>(pub C);

impl<C> Deref for Click<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C: CustomId> ComponentInput for Click<C> {
    type Id = C;
    const KIND: ComponentType = ComponentType::Button;

    fn read(id: C, _: MessageComponentInteractionData) -> Option<Self> {
        Some(Self(id))
    }
}

macro_rules! picks {
    ($($(#[$meta:meta])* $name:ident($values:ty) = $kind:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name<C> {
            /// The action and its arguments.
            pub id: C,
            /// What was picked.
            pub values: Vec<$values>,
            /// What Discord resolved of it.
            pub resolved: Option<InteractionDataResolved>,
        }

        impl<C: CustomId> ComponentInput for $name<C> {
            type Id = C;
            const KIND: ComponentType = ComponentType::$kind;

            fn read(id: C, data: MessageComponentInteractionData) -> Option<Self> {
                let values = data.values.iter().map(|value| value.parse().ok()).collect::<Option<_>>()?;
                Some(Self { id, values, resolved: data.resolved })
            }
        }
    )*};
}

picks! {
    /// Texts picked in a string select.
    Picked(String) = TextSelectMenu;
    /// Users picked in a user select.
    PickedUsers(UserId) = UserSelectMenu;
    /// Roles picked in a role select.
    PickedRoles(RoleId) = RoleSelectMenu;
    /// Users and roles picked in a mentionable select, by bare id; `resolved` tells which is which.
    PickedMentionables(u64) = MentionableSelectMenu;
    /// Channels picked in a channel select.
    PickedChannels(ChannelId) = ChannelSelectMenu;
}
