//! What is drawn on: shapes and text, ending as PNG.

use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform,
};
use ttf_parser::{Face, GlyphId, OutlineBuilder};
use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::Colour;

static FONT: &[u8] = include_bytes!("../font/DejaVuSansCondensed-subset.ttf");
/// The widest and highest picture, in pixels: 16 MB while it is drawn.
const MOST: u32 = 2_000;
/// Places farther out than this are drawn there: the rasteriser counts in small numbers.
const FAR: f32 = 8_000.0;
/// The most characters of one text that are looked at.
const LONGEST: usize = 300;

/// A picture that can not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It has no size, or more than 2,000 pixels.
    #[error("a picture of {0} × {1} pixels")]
    Size(u32, u32),
    /// The font in the program does not parse: our fault, and a test shows it.
    #[error("the font does not parse")]
    Font(#[from] ttf_parser::FaceParsingError),
    /// The picture can not be written as PNG.
    #[error("the picture can not be written")]
    Png(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// On which side of its place a text stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// What is drawn on. Places are pixels from the upper left.
pub struct Canvas {
    pixels: Pixmap,
    face: Face<'static>,
}

impl std::fmt::Debug for Canvas {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Canvas({}×{})",
            self.pixels.width(),
            self.pixels.height()
        )
    }
}

/// What is drawn of one grapheme.
enum Glyph {
    Of(GlyphId),
    /// The font has none.
    Box,
}

impl Canvas {
    /// An empty one, of 1 to 2,000 pixels each way.
    ///
    /// # Errors
    ///
    /// Refuses other sizes.
    pub fn new(width: u32, height: u32, ground: Colour) -> Result<Self, Error> {
        if width > MOST || height > MOST {
            return Err(Error::Size(width, height));
        }
        let mut pixels = Pixmap::new(width, height).ok_or(Error::Size(width, height))?;
        let (red, green, blue) = ground.rgb();
        pixels.fill(tiny_skia::Color::from_rgba8(red, green, blue, 255));
        let face = Face::parse(FONT, 0)?;
        Ok(Self { pixels, face })
    }

    /// A filled rectangle with round corners; nothing when it has no area.
    pub fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, radius: f32, colour: Colour) {
        let (x, y) = (near(x), near(y));
        let (width, height) = (near(width), near(height));
        let Some(rect) = Rect::from_xywh(x, y, width, height) else {
            return;
        };
        let radius = radius.min(width / 2.0).min(height / 2.0);
        let path = if radius < 0.5 {
            Some(PathBuilder::from_rect(rect))
        } else {
            let (right, bottom) = (x + width, y + height);
            let mut path = PathBuilder::new();
            path.move_to(x + radius, y);
            path.line_to(right - radius, y);
            path.quad_to(right, y, right, y + radius);
            path.line_to(right, bottom - radius);
            path.quad_to(right, bottom, right - radius, bottom);
            path.line_to(x + radius, bottom);
            path.quad_to(x, bottom, x, bottom - radius);
            path.line_to(x, y + radius);
            path.quad_to(x, y, x + radius, y);
            path.close();
            path.finish()
        };
        self.fill(path, colour, 255);
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f32, f32)], width: f32, colour: Colour) {
        let path = polygon(points, false);
        let stroke = Stroke {
            width: near(width).clamp(0.0, 200.0),
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        if let Some(path) = path {
            let paint = paint(colour, 255);
            self.pixels
                .stroke_path(&path, &paint, &stroke, Transform::identity(), None);
        }
    }

    /// A filled area between points, so opaque from 0 to 255.
    pub fn area(&mut self, points: &[(f32, f32)], colour: Colour, opacity: u8) {
        self.fill(polygon(points, true), colour, opacity);
    }

    /// A filled circle.
    pub fn dot(&mut self, x: f32, y: f32, radius: f32, colour: Colour) {
        self.fill(
            PathBuilder::from_circle(near(x), near(y), near(radius).max(0.0)),
            colour,
            255,
        );
    }

    /// One line of text on the base line `y`.
    pub fn text(&mut self, x: f32, y: f32, size: f32, colour: Colour, anchor: Anchor, text: &str) {
        let (x, y, size) = (near(x), near(y), near(size).clamp(0.0, 400.0));
        let glyphs = self.glyphs(text);
        let width = self.advance(&glyphs, size);
        let scale = self.scale(size);
        let mut pen = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        let mut outline = Outline {
            path: PathBuilder::new(),
            x: 0.0,
            y,
            scale,
        };
        for glyph in &glyphs {
            outline.x = pen;
            match glyph {
                Glyph::Of(id) => {
                    // A space has no outline.
                    let _ = self.face.outline_glyph(*id, &mut outline);
                }
                Glyph::Box => outline.hollow(size),
            }
            pen += self.advance(std::slice::from_ref(glyph), size);
        }
        let path = outline.path.finish();
        self.fill(path, colour, 255);
    }

    /// How wide a text is, in pixels.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        self.advance(&self.glyphs(text), size)
    }

    /// The text, cut with an ellipsis to what fits.
    pub fn fit(&self, text: &str, size: f32, room: f32) -> String {
        if self.width(text, size) <= room {
            return text.to_owned();
        }
        let graphemes: Vec<&str> = text.graphemes(true).take(LONGEST).collect();
        (0..graphemes.len())
            .rev()
            .map(|count| graphemes[..count].concat().trim_end().to_owned() + "…")
            .find(|cut| self.width(cut, size) <= room)
            .unwrap_or_default()
    }

    /// The picture as PNG.
    ///
    /// # Errors
    ///
    /// Fails when the encoder does.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        let (width, height) = (self.pixels.width(), self.pixels.height());
        // Nothing shines through: three bytes a pixel.
        let mut bytes = Vec::with_capacity(self.pixels.data().len() / 4 * 3);
        for pixel in self.pixels.data().chunks_exact(4) {
            bytes.extend_from_slice(&pixel[..3]);
        }
        let mut written = Vec::with_capacity(32 * 1024);
        let mut encoder = png::Encoder::new(&mut written, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Default);
        // Areas of one colour, which a filter would only stir up.
        encoder.set_filter(png::FilterType::NoFilter);
        let failed = |error: png::EncodingError| Error::Png(Box::new(error));
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&bytes).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(written)
    }

    fn fill(&mut self, path: Option<Path>, colour: Colour, opacity: u8) {
        if let Some(path) = path {
            let paint = paint(colour, opacity);
            self.pixels.fill_path(
                &path,
                &paint,
                FillRule::Winding,
                Transform::identity(),
                None,
            );
        }
    }

    fn glyphs(&self, text: &str) -> Vec<Glyph> {
        let mut glyphs = Vec::new();
        for grapheme in text.graphemes(true).take(LONGEST) {
            let plain: Vec<char> = grapheme
                .nfkc()
                .filter(|letter| !is_silent(*letter))
                .collect();
            let known: Option<Vec<Glyph>> = plain
                .iter()
                .map(|letter| self.face.glyph_index(*letter).map(Glyph::Of))
                .collect();
            match known {
                Some(known) => glyphs.extend(known),
                None => glyphs.push(Glyph::Box),
            }
        }
        glyphs
    }

    fn advance(&self, glyphs: &[Glyph], size: f32) -> f32 {
        let scale = self.scale(size);
        glyphs
            .iter()
            .map(|glyph| match glyph {
                Glyph::Of(id) => {
                    f32::from(self.face.glyph_hor_advance(*id).unwrap_or_default()) * scale
                }
                Glyph::Box => size * 0.75,
            })
            .sum()
    }

    fn scale(&self, size: f32) -> f32 {
        size / f32::from(self.face.units_per_em().max(1))
    }
}

/// Signs that are part of a grapheme and have no look of their own: joiners, variation selectors, skin tones, controls.
fn is_silent(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e01ef}' | '\u{feff}')
}

/// A place that can be drawn.
fn near(place: f32) -> f32 {
    if place.is_finite() {
        place.clamp(-FAR, FAR)
    } else {
        0.0
    }
}

fn paint(colour: Colour, opacity: u8) -> Paint<'static> {
    let (red, green, blue) = colour.rgb();
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, opacity);
    paint
}

fn polygon(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (nth, (x, y)) in points.iter().enumerate() {
        let (x, y) = (near(*x), near(*y));
        if nth == 0 {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// A letter's outline on its way into a path; in the font up is up.
struct Outline {
    path: PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Outline {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }

    /// The box of what the font has no letter for: two outlines of opposite direction.
    fn hollow(&mut self, size: f32) {
        let (left, right) = (self.x + size * 0.08, self.x + size * 0.67);
        let (top, bottom) = (self.y - size * 0.68, self.y + size * 0.04);
        let thick = size * 0.07;
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        let inner = [
            (left + thick, top + thick),
            (left + thick, bottom - thick),
            (right - thick, bottom - thick),
            (right - thick, top + thick),
        ];
        for ring in [corners, inner] {
            for (nth, (x, y)) in ring.into_iter().enumerate() {
                if nth == 0 {
                    self.path.move_to(x, y);
                } else {
                    self.path.line_to(x, y);
                }
            }
            self.path.close();
        }
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Theme;

    fn canvas() -> Canvas {
        Canvas::new(800, 100, Theme::Dark.ground()).unwrap()
    }

    #[test]
    fn accents_are_drawn_and_looks_become_letters() {
        let canvas = canvas();
        for text in ["Église", "ŒUVRE", "naïve Łódź", "Привет", "Ελλάδα", "😀"]
        {
            let boxes = canvas.glyphs(text);
            assert!(
                boxes.iter().all(|glyph| matches!(glyph, Glyph::Of(_))),
                "{text}"
            );
        }
        let width = |text| canvas.width(text, 20.0);
        assert!((width("𝓐𝓵𝓲𝓬𝓮") - width("Alice")).abs() < 0.01);
        assert!((width("E\u{301}glise") - width("Église")).abs() < 0.01);
        assert_eq!(canvas.glyphs("👩‍👩‍👧‍👦").len(), 1, "a family is one box");
        assert_eq!(canvas.glyphs("日本").len(), 2);
    }

    #[test]
    fn what_is_too_large_is_refused() {
        for (width, height) in [(0, 5), (5, 0), (2_001, 5), (5, u32::MAX)] {
            assert!(Canvas::new(width, height, Theme::Dark.ground()).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_to_its_room(text in ".{0,60}", room in 20.0_f32..400.0) {
            let mut canvas = canvas();
            let cut = canvas.fit(&text, 20.0, room);
            prop_assert!(canvas.width(&cut, 20.0) <= room);
            canvas.text(0.0, 50.0, 20.0, Theme::Dark.text(), Anchor::Middle, &text);
        }

        #[test]
        fn any_numbers_can_be_drawn(numbers in proptest::collection::vec(any::<f32>(), 6)) {
            let mut canvas = canvas();
            let colour = Theme::Dark.text();
            let [a, b, c, d, e, f] = numbers[..] else { unreachable!() };
            canvas.rect(a, b, c, d, e, colour);
            canvas.line(&[(a, b), (c, d)], f, colour);
            canvas.area(&[(a, b), (c, d), (e, f)], colour, 90);
            canvas.dot(a, b, c, colour);
        }
    }
}
