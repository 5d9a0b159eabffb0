//! What our components and modals carry. A stored format: posted menus keep their ids for years.

use database::{ChannelId, GuildId, MessageId, RoleId};
use feature::custom_id;

use crate::{commands::MANAGE, model::GroupId};

custom_id! {
    /// Takes a role or gives it back.
    pub(crate) struct Press: "autorole" / "press" v1 { group: GroupId, role: RoleId }
    answer = Private;
}
custom_id! {
    /// Picks in a menu that everyone sees.
    pub(crate) struct Pick: "autorole" / "pick" v1 { group: GroupId, part: u8 }
    answer = Private;
}
custom_id! {
    /// Opens a menu of the member's own.
    pub(crate) struct Open: "autorole" / "open" v1 { group: GroupId }
    answer = Private;
}
custom_id! {
    /// Turns to a page of the member's own menu.
    pub(crate) struct Page: "autorole" / "page" v1 { group: GroupId, page: u8 }
    answer = Update;
}
custom_id! {
    /// Picks in the member's own menu.
    pub(crate) struct Own: "autorole" / "own" v1 { group: GroupId, page: u8 }
    answer = Update;
}
custom_id! {
    /// Takes a role or gives it back, by a button of the replaced system.
    pub(crate) struct OldPress: "autorole" / "old_press" v1 { guild: GuildId, group: i64, role: RoleId }
    answer = Private;
}
custom_id! {
    /// Picks in a menu of the replaced system.
    pub(crate) struct OldPick: "autorole" / "old_pick" v1 { guild: GuildId, group: i64 }
    answer = Private;
}

custom_id! {
    /// Opens the form for name, text and looks.
    pub(crate) struct OpenLooks: "autorole" / "looks" v1 { group: GroupId }
    answer = Modal;
    access = MANAGE;
}
custom_id! {
    /// Opens the form for how many, and in which direction.
    pub(crate) struct OpenLimits: "autorole" / "limits" v1 { group: GroupId }
    answer = Modal;
    access = MANAGE;
}
custom_id! {
    /// Opens the form for how long.
    pub(crate) struct OpenTimes: "autorole" / "times" v1 { group: GroupId }
    answer = Modal;
    access = MANAGE;
}
custom_id! {
    /// Opens the form for roles and groups that open or bar the way.
    pub(crate) struct OpenConditions: "autorole" / "conditions" v1 { group: GroupId }
    answer = Modal;
    access = MANAGE;
}
custom_id! {
    /// A new group.
    pub(crate) struct CreateForm: "autorole" / "create" v1 {}
    answer = Private;
    access = MANAGE;
}
custom_id! {
    /// Name, text and looks.
    pub(crate) struct LooksForm: "autorole" / "looks" v1 { group: GroupId }
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// How many, and in which direction.
    pub(crate) struct LimitsForm: "autorole" / "limits" v1 { group: GroupId }
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// How long.
    pub(crate) struct TimesForm: "autorole" / "times" v1 { group: GroupId }
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// Roles and groups that open or bar the way.
    pub(crate) struct ConditionsForm: "autorole" / "conditions" v1 { group: GroupId }
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// How one role is shown, and its seats.
    pub(crate) struct ItemForm: "autorole" / "item" v1 { group: GroupId, role: RoleId }
    answer = Private;
    access = MANAGE;
}
custom_id! {
    /// Adds the picked roles.
    pub(crate) struct AddRoles: "autorole" / "add" v1 { group: GroupId }
    answer = Private;
    access = MANAGE;
}
custom_id! {
    /// The owner agrees to a role with dangerous permissions.
    pub(crate) struct Approve: "autorole" / "approve" v1 { group: GroupId, role: RoleId }
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// Removes a group.
    pub(crate) struct Delete: "autorole" / "delete" v1 { group: GroupId }
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// Posts a copy of somebody else's message, with the menu.
    pub(crate) struct Copy: "autorole" / "copy" v1 { group: GroupId, channel: ChannelId, message: MessageId }
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// Turns to a page of the list of groups.
    pub(crate) struct Turn: "autorole" / "list" v1 { page: u16 }
    answer = Update;
    access = MANAGE;
}

custom_id! {
    /// Opens the form for roles at joining.
    pub(crate) struct OpenJoining: "autorole" / "joining" v1 {}
    answer = Modal;
    access = MANAGE;
}
custom_id! {
    /// Opens the form for roles at coming back.
    pub(crate) struct OpenSticky: "autorole" / "sticky" v1 {}
    answer = Modal;
    access = MANAGE;
}
custom_id! {
    /// Roles at joining.
    pub(crate) struct JoiningForm: "autorole" / "joining" v1 {}
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// Roles at coming back.
    pub(crate) struct StickyForm: "autorole" / "sticky" v1 {}
    answer = Update;
    access = MANAGE;
}

custom_id! {
    /// Starts giving a role to many, or taking it; `whom` counts in the order of `Whom::ALL`.
    pub(crate) struct Start: "autorole" / "start" v1 { role: RoleId, giving: bool, whom: u8, with: Option<RoleId> }
    answer = Update;
    access = MANAGE;
}
custom_id! {
    /// Stops it.
    pub(crate) struct Cancel: "autorole" / "cancel" v1 { run: i64 }
    answer = Private;
    access = MANAGE;
}

/// `autorole:btn:<guild>:<group>:<role>`, behind `autorole:btn:`.
pub(crate) fn old_press(rest: &str) -> Option<OldPress> {
    let mut parts = rest.split(':');
    let id = OldPress {
        guild: parts.next()?.parse().ok()?,
        group: parts.next()?.parse().ok()?,
        role: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(id)
}

/// `autorole:sel:<guild>:<group>` and `autorole:msel:<guild>:<group>`, whatever follows.
pub(crate) fn old_pick(rest: &str) -> Option<OldPick> {
    let mut parts = rest.split(':');
    Some(OldPick {
        guild: parts.next()?.parse().ok()?,
        group: parts.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_replaced_system_are_read() {
        let id = old_press("10:7:20").unwrap();
        assert_eq!((id.guild.get(), id.group, id.role.get()), (10, 7, 20));
        for bad in ["", "10:7", "10:7:20:1", "x:7:20", "10:7:0"] {
            assert_eq!(old_press(bad), None, "{bad}");
        }
        for good in ["10:7", "10:7:0", "10:7:more:of:it"] {
            assert_eq!(old_pick(good).unwrap().group, 7, "{good}");
        }
    }
}
