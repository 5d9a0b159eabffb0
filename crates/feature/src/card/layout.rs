//! From a card to Discord's components, within every limit.

use twilight_model::{
    channel::message::{
        Component,
        component::{
            Container, FileDisplay, MediaGallery, MediaGalleryItem, Separator,
            SeparatorSpacingSize, TextDisplay, UnfurledMediaItem,
        },
    },
    http::attachment::Attachment,
};

use super::{
    Card, controls,
    text::{cut, length, pieces},
};
use crate::Lang;

/// All text of a message with Components V2 together, in characters.
const TEXT: usize = 4000;
/// One text display; Discord allows 4000, the library that sends messages 2000.
const PIECE: usize = 2000;
/// Components of a message, nested ones counted.
const COMPONENTS: usize = 40;
/// Files of a message.
const FILES: usize = 10;
const TITLE: usize = 256;
const FOOTER: usize = 300;

/// A file that travels with a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attached {
    /// The file's name.
    pub name: String,
    /// The file's content.
    pub bytes: Vec<u8>,
}

/// What is sent: components of a message with the flag `IS_COMPONENTS_V2`, and its files.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The top-level components.
    pub components: Vec<Component>,
    /// The files, numbered from 0.
    pub attachments: Vec<Attachment>,
}

pub(super) fn render(card: &Card, lang: Lang) -> Rendered {
    let title = card
        .title
        .as_ref()
        .map(|title| format!("### {}", cut(title, TITLE)));
    let footer = card
        .footer
        .as_ref()
        .map(|footer| format!("-# {}", cut(footer, FOOTER)));
    let taken = title.as_deref().map_or(0, length) + footer.as_deref().map_or(0, length);

    let whole = card.paragraphs.join("\n\n");
    let room = TEXT - taken;
    let mut body = whole.clone();
    let mut files = Vec::new();
    if length(&whole) > room {
        let note = format!("\n-# {}", crate::text::cut_note(lang));
        body = cut(&whole, room.saturating_sub(length(&note)));
        body.push_str(&note);
        files.push(Attached {
            name: crate::text::full_text_file(lang),
            bytes: whole.into_bytes(),
        });
    }
    files.extend(card.files.iter().cloned());

    let mut components = Vec::new();
    let text = |content: String| Component::TextDisplay(TextDisplay { id: None, content });
    components.extend(title.map(text));
    components.extend(pieces(&body, PIECE).into_iter().map(text));
    if let Some(image) = &card.image {
        components.push(Component::MediaGallery(MediaGallery {
            id: None,
            items: vec![MediaGalleryItem {
                description: Some(cut(&image.description, 1024)),
                media: media(image.url.clone()),
                spoiler: None,
            }],
        }));
    }
    let rows: Vec<_> = card
        .controls
        .iter()
        .filter(|row| !row.is_empty())
        .map(|row| controls::row(row))
        .collect();
    let controls: usize = rows.len() + card.controls.iter().map(Vec::len).sum::<usize>();
    let others = 1 + components.len() + 1 + controls + usize::from(footer.is_some());
    let most = FILES.min(COMPONENTS.saturating_sub(others));
    if files.len() > most {
        tracing::error!(card = ?card.title, files = files.len(), most, "a card carries more files than fit: the last are left out");
        files.truncate(most);
    }
    let is_image = |url: &String| card.image.as_ref().is_some_and(|image| image.url == *url);
    let shown = files
        .iter()
        .map(|file| format!("attachment://{}", file.name))
        .filter(|url| !is_image(url));
    components.extend(shown.map(|url| {
        Component::File(FileDisplay {
            id: None,
            file: media(url),
            spoiler: None,
        })
    }));
    if !rows.is_empty() && !components.is_empty() {
        components.push(Component::Separator(Separator {
            id: None,
            divider: Some(true),
            spacing: Some(SeparatorSpacingSize::Small),
        }));
    }
    components.extend(rows);
    components.extend(footer.map(text));

    let container = Component::Container(Container {
        id: None,
        accent_color: card.colour.rgb().map(Some),
        components,
        spoiler: None,
    });
    let attachments = files
        .into_iter()
        .zip(0u64..)
        .map(|(file, id)| Attachment::from_bytes(file.name, file.bytes, id))
        .collect();
    Rendered {
        components: vec![container],
        attachments,
    }
}

fn media(url: String) -> UnfurledMediaItem {
    UnfurledMediaItem {
        content_type: None,
        height: None,
        proxy_url: None,
        url,
        width: None,
    }
}
