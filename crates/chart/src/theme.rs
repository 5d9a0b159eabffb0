//! Colours, on light and on dark.

/// A colour as `0xRRGGBB`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Colour(pub u32);

impl Colour {
    /// Red, green and blue.
    pub(crate) const fn rgb(self) -> (u8, u8, u8) {
        let [_, red, green, blue] = self.0.to_be_bytes();
        (red, green, blue)
    }

    /// So much of `other`, from 0 to 1.
    #[must_use]
    pub fn mix(self, other: Self, share: f32) -> Self {
        let share = if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let between = |from: u8, to: u8| {
            (f32::from(from) + (f32::from(to) - f32::from(from)) * share).round() as u8
        };
        let ((r, g, b), (red, green, blue)) = (self.rgb(), other.rgb());
        Self(u32::from_be_bytes([
            0,
            between(r, red),
            between(g, green),
            between(b, blue),
        ]))
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Theme {
    /// As Discord looks for most.
    #[default]
    Dark,
    /// For who reads on white.
    Light,
}

impl Theme {
    /// What everything stands on.
    pub const fn ground(self) -> Colour {
        Colour(match self {
            Self::Dark => 0x001E_1F22,
            Self::Light => 0x00FF_FFFF,
        })
    }

    /// Letters.
    pub const fn text(self) -> Colour {
        Colour(match self {
            Self::Dark => 0x00F2_F3F5,
            Self::Light => 0x001E_1F22,
        })
    }

    /// Letters that matter less.
    pub const fn faint(self) -> Colour {
        Colour(match self {
            Self::Dark => 0x00B5_BAC1,
            Self::Light => 0x005C_5E66,
        })
    }

    /// Lines behind the numbers.
    pub const fn grid(self) -> Colour {
        Colour(match self {
            Self::Dark => 0x003F_4147,
            Self::Light => 0x00DF_E1E5,
        })
    }

    /// The colour of the nth series; they differ in brightness too, for who sees few colours.
    pub const fn series(self, nth: usize) -> Colour {
        const DARK: [u32; 4] = [0x006C_9BFF, 0x00FF_B454, 0x0057_D9A3, 0x00F2_8AB2];
        const LIGHT: [u32; 4] = [0x0033_5FD0, 0x00C2_5E00, 0x0012_7A52, 0x00A8_2E6B];
        Colour(match self {
            Self::Dark => DARK[nth % DARK.len()],
            Self::Light => LIGHT[nth % LIGHT.len()],
        })
    }
}
