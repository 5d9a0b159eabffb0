//! What people and programs do with worksites: the same checks, whichever way they come.

use database::{GuildId, UserId};
use feature::{
    Failure, Kit, Outcome,
    erasure::{Erased, Person},
};

use crate::{
    Worksites, channel,
    commands::{Colour, Refused},
    model::{NAME, Worksite, archived_name, slug},
    store, told,
};

/// A worksite that somebody wants.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) address: Option<&'a str>,
    pub(crate) lead: Option<UserId>,
    /// Absent: the next one, so that neighbours differ.
    pub(crate) colour: Option<u32>,
    pub(crate) by: UserId,
}

/// What was done, and why the channel does not follow at once, if it does not.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) number: i32,
    pub(crate) trouble: Option<Failure>,
}

/// Opens a worksite. Its channel follows by itself where that can not be made at once.
///
/// # Errors
///
/// Says what is wrong with the name, or what the bot lacks; nothing is stored then.
pub(crate) async fn open(
    kit: &Kit<Worksites>,
    guild: GuildId,
    wanted: &Wanted<'_>,
) -> Outcome<Done> {
    let name = wanted.name.trim();
    let length = name.chars().count();
    if length > NAME {
        return Err(Refused::NameLength(length).into());
    }
    let slug = slug(name).ok_or(Refused::NoName)?;
    require_channels(kit, guild).await?;
    let address = wanted.address.map(str::trim);
    let mut db = kit.database.begin().await?;
    let colour = if let Some(colour) = wanted.colour {
        colour
    } else {
        let count = usize::try_from(store::count(&mut db, guild).await?).unwrap_or_default();
        Colour::ALL[count % Colour::ALL.len()].rgb()
    };
    let new = store::New {
        name,
        slug: &slug,
        address: address.filter(|address| !address.is_empty()),
        lead: wanted.lead,
        colour,
        by: wanted.by,
    };
    let Some(made) = store::add(&mut db, guild, &new, kit.clock.now()).await? else {
        let known = store::named(&mut db, guild, &slug).await?;
        // It may have been archived a moment ago; then its name is free again.
        let (number, name) = known.map_or((None, slug), |known| (Some(known.number), known.name));
        return Err(Refused::NameTaken(number, name).into());
    };
    told::tell(kit, &mut db, told::OPENED, guild, made.number).await?;
    let at = channel::after_the_command(kit);
    channel::later(kit, &mut db, guild, Some(made.number), at).await?;
    db.commit().await?;
    Ok(follows(kit, guild, made.number).await)
}

/// Changes what people wrote of an open worksite; `None` leaves a value, an empty address clears it.
///
/// # Errors
///
/// Says that it is archived.
pub(crate) async fn change(
    kit: &Kit<Worksites>,
    guild: GuildId,
    number: i32,
    address: Option<&str>,
    lead: Option<UserId>,
    colour: Option<u32>,
) -> Outcome<()> {
    let address = address.map(str::trim);
    let mut db = kit.database.begin().await?;
    if !store::edit(&mut db, guild, number, address, lead, colour).await? {
        return Err(Refused::Archived.into());
    }
    told::tell(kit, &mut db, told::UPDATED, guild, number).await?;
    db.commit().await?;
    Ok(())
}

/// What becomes of work that is open at a worksite when it is archived. The features that gave it see to it: they are
/// told with the archiving.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum OpenWork {
    /// Nothing.
    #[default]
    Stays,
    /// It is not to be done any more.
    Ends,
    /// It is to be done at another worksite.
    Moves(i32),
}

/// Archives a worksite.
///
/// # Errors
///
/// Says that it is archived already, or what the bot lacks.
pub(crate) async fn archive(
    kit: &Kit<Worksites>,
    worksite: &Worksite,
    by: UserId,
    work: OpenWork,
) -> Outcome<Done> {
    let guild = worksite.guild;
    require_channels(kit, guild).await?;
    if let OpenWork::Moves(to) = work {
        let mut db = kit.database.acquire().await?;
        let known = store::get(&mut db, guild, to).await?;
        let is_open = known.is_some_and(|known| known.archived_at.is_none());
        if !is_open || to == worksite.number {
            return Err(Refused::NoSuccessor(to).into());
        }
    }
    let now = kit.clock.now();
    let zone = kit.manners(guild).await?.zone;
    let name = archived_name(now.to_zoned(zone).year(), &worksite.slug);
    let mut db = kit.database.begin().await?;
    if !store::archive(&mut db, guild, worksite.number, by, &name, now).await? {
        return Err(Refused::Archived.into());
    }
    told::tell_archived(kit, &mut db, guild, worksite.number, by, work).await?;
    let at = channel::after_the_command(kit);
    channel::later(kit, &mut db, guild, Some(worksite.number), at).await?;
    db.commit().await?;
    Ok(follows(kit, guild, worksite.number).await)
}

/// Opens an archived worksite again, with its channel as it was.
///
/// # Errors
///
/// Says that it is open, that another one has its name, or what the bot lacks.
pub(crate) async fn reopen(kit: &Kit<Worksites>, worksite: &Worksite) -> Outcome<Done> {
    let (guild, number) = (worksite.guild, worksite.number);
    require_channels(kit, guild).await?;
    let mut db = kit.database.begin().await?;
    match store::reopen(&mut db, guild, number).await? {
        Some(true) => {}
        Some(false) => return Err(Refused::Open.into()),
        None => {
            drop(db);
            let mut db = kit.database.acquire().await?;
            let known = store::named(&mut db, guild, &worksite.slug).await?;
            let number = known.as_ref().map(|known| known.number);
            return Err(Refused::NameTaken(number, worksite.name.clone()).into());
        }
    }
    told::tell(kit, &mut db, told::REOPENED, guild, number).await?;
    let at = channel::after_the_command(kit);
    channel::later(kit, &mut db, guild, Some(number), at).await?;
    db.commit().await?;
    Ok(follows(kit, guild, number).await)
}

async fn follows(kit: &Kit<Worksites>, guild: GuildId, number: i32) -> Done {
    let trouble = channel::settle(kit, guild, number).await.err();
    if let Some(failure) = &trouble {
        tracing::warn!(
            error = failure.chain(),
            "the channel of a worksite does not follow"
        );
    }
    Done { number, trouble }
}

/// The bot's rights in the whole server, not those in the channel where somebody asks.
async fn require_channels(kit: &Kit<Worksites>, guild: GuildId) -> Outcome<()> {
    let lacking = channel::NEEDED - kit.own_permissions(guild).await?;
    if lacking.is_empty() {
        Ok(())
    } else {
        Err(Refused::BotLacks(lacking).into())
    }
}

/// Erases who somebody is from worksites: whoever led one leads it no more, and what they did the bot did.
pub(crate) async fn erase(kit: Kit<Worksites>, person: Person) -> Outcome<Erased> {
    let mut db = kit.database.acquire().await?;
    let nobody = kit.me.id();
    let touched = store::drop_member(&mut db, person.of, person.user, nobody).await?;
    Ok(Erased::Now(touched))
}
