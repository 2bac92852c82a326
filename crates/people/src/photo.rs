//! Photos as they are handed out: small, upright, and without anything but what is seen.
//!
//! What was sent is never kept: a picture from a phone says where and when it was taken, and what it is taken for decides who reads it.
//! It is decoded within limits and written anew.

use std::{
    io::Cursor,
    sync::{Mutex, PoisonError},
};

use image::{
    ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
    codecs::jpeg::JpegEncoder,
};
use renraku_base::FieldFault;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// The largest picture that is taken, in bytes.
pub const PICTURE_BYTES: usize = 5 * 1024 * 1024;
/// The media types that are taken.
pub const PICTURE_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
/// The media type in which all are handed out.
pub const PHOTO_TYPE: &str = "image/jpeg";

/// The longest edge that is decoded, in pixels.
const LONGEST_EDGE: u32 = 10_000;
/// The most pixels that are decoded: a camera's picture. A few bytes may say that they are many more.
const MOST_PIXELS: u64 = 25_000_000;
/// As much memory as a picture may take while it is decoded, in bytes: enough for each camera's, one at a time.
const DECODER_BYTES: u64 = 128 * 1024 * 1024;
/// Held by the one who decodes: many who send large pictures at once wait for each other.
static DECODING: Mutex<()> = Mutex::new(());
/// How a JPEG begins.
const JPEG: &[u8] = &[0xff, 0xd8];
/// Of 100: faces stay clear, and a list stays small.
const QUALITY: u8 = 82;

/// The sizes in which a photo is handed out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PhotoSize {
    /// For lists: at most 160 pixels each way.
    Small,
    /// To be looked at: at most 480 pixels each way.
    #[default]
    Large,
}

impl PhotoSize {
    /// The longest edge, in pixels.
    #[must_use]
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Small => 160,
            Self::Large => 480,
        }
    }
}

/// Why a picture is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    /// It is none, or of a kind that is not taken, or damaged.
    #[error("this is no JPEG, PNG or WebP picture that can be read")]
    NotAPicture,
    /// Its end is missing.
    #[error("the picture is cut off: its end is missing; send the whole file")]
    Cut,
    /// It has more pixels than are decoded.
    #[error(
        "the picture has too many pixels: at most 25 million (11 million as WebP, as progressive JPEG or with 16 bits a colour), and 10,000 each way"
    )]
    TooManyPixels,
    /// It has more bytes than are taken.
    #[error("the picture is too large: at most 5 MiB")]
    TooLarge,
}

impl From<PictureFault> for FieldFault {
    fn from(fault: PictureFault) -> Self {
        let code = match fault {
            PictureFault::NotAPicture => "picture",
            PictureFault::Cut => "picture-cut",
            PictureFault::TooManyPixels => "picture-pixels",
            PictureFault::TooLarge => "too-large",
        };
        Self::new("", code, fault.to_string())
    }
}

/// A photo in each size, as JPEG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// For lists.
    pub small: Vec<u8>,
    /// To be looked at.
    pub large: Vec<u8>,
}

impl Photo {
    /// Makes a photo from a picture.
    ///
    /// # Errors
    /// [`PictureFault`].
    pub fn of(picture: &[u8]) -> Result<Self, PictureFault> {
        let decoded = decode(picture, PhotoSize::Large)?;
        if picture.starts_with(JPEG) && !ends(picture) {
            return Err(PictureFault::Cut);
        }
        Self::of_decoded(&decoded)
    }

    /// Makes a photo of so many pixels each way from what is drawn, pixel by pixel.
    ///
    /// # Errors
    /// [`PictureFault`].
    pub fn drawn(edge: u16, colour: impl Fn(u16, u16) -> [u8; 3]) -> Result<Self, PictureFault> {
        let place = |at: u32| u16::try_from(at).unwrap_or(edge);
        let drawn = RgbImage::from_fn(edge.into(), edge.into(), |x, y| Rgb(colour(place(x), place(y))));
        Self::of_decoded(&drawn)
    }

    fn of_decoded(picture: &RgbImage) -> Result<Self, PictureFault> {
        Ok(Self { small: encode(picture, PhotoSize::Small)?, large: encode(picture, PhotoSize::Large)? })
    }

    /// Names the photo by what is seen: the same picture has the same name.
    #[must_use]
    pub fn id(&self) -> String {
        let digest = Sha256::digest(&self.large);
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A picture in one size, as JPEG.
///
/// # Errors
/// [`PictureFault`].
pub fn resized(picture: &[u8], size: PhotoSize) -> Result<Vec<u8>, PictureFault> {
    encode(&decode(picture, size)?, size)
}

/// The picture as it is looked at: upright, on white, no larger than it is shown.
fn decode(picture: &[u8], size: PhotoSize) -> Result<RgbImage, PictureFault> {
    if picture.len() > PICTURE_BYTES {
        return Err(PictureFault::TooLarge);
    }
    let format = image::guess_format(picture).map_err(|_unknown| PictureFault::NotAPicture)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(PictureFault::NotAPicture);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(picture), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_damaged| PictureFault::NotAPicture)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let color = decoder.color_type();
    let is_wide = format == ImageFormat::WebP || format == ImageFormat::Jpeg && is_progressive(picture);
    if width.max(height) > LONGEST_EDGE
        || pixels > MOST_PIXELS
        || memory(pixels, color, is_wide) > DECODER_BYTES
    {
        return Err(PictureFault::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(|_damaged| PictureFault::NotAPicture)?;
    let _alone = DECODING.lock().unwrap_or_else(PoisonError::into_inner);
    let image = DynamicImage::from_decoder(decoder).map_err(|_damaged| PictureFault::NotAPicture)?;
    let image = if color.has_alpha() { on_white(image) } else { image };
    let (width, height) = scaled((width, height), size);
    // What is large is not copied: it is turned when it is small.
    let mut small = image.thumbnail_exact(width, height);
    drop(image);
    small.apply_orientation(orientation);
    Ok(small.into_rgb8())
}

/// As much memory as a picture takes while it is decoded, in bytes. Some decoders keep (`is_wide`) as much again as they give, of whole
/// pictures in another form.
fn memory(pixels: u64, color: ColorType, is_wide: bool) -> u64 {
    let given = u64::from(color.bytes_per_pixel());
    let kept = if is_wide { 2 * given } else { 0 };
    let on_white = if color.has_alpha() && color != ColorType::Rgba8 { 4 } else { 0 };
    pixels * (given + u64::max(kept, on_white))
}

/// Whether a JPEG comes in several passes, all of which are kept until the last (ITU-T T.81 §B.2.2).
fn is_progressive(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let [0xff, marker, after @ ..] = rest {
        match (marker, after) {
            (0xff, _) => rest = rest.get(1..).unwrap_or_default(),
            (0xc2 | 0xc6 | 0xca | 0xce, _) => return true,
            (0xda, _) => return false,
            (_, [high, low, ..]) => {
                let length = u16::from_be_bytes([*high, *low]);
                rest = after.get(usize::from(length)..).unwrap_or_default();
            }
            _ => return false,
        }
    }
    false
}

/// Whether a JPEG has its end (ITU-T T.81 §B.2.1). Decoders fill up with grey what is missing.
fn ends(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    // A marker and its segment, or what is between two markers: a 0xff in it has 0 or the number of a restart behind it (§B.1.1.5).
    while let Some(at) = rest.iter().position(|byte| *byte == 0xff) {
        rest = rest.get(at + 1..).unwrap_or_default();
        rest = match rest {
            [0xd9, ..] => return true,
            [0xff, ..] => rest,
            [0 | 0x01 | 0xd0..=0xd7, after @ ..] => after,
            [_, high, low, ..] => {
                let length = u16::from_be_bytes([*high, *low]);
                rest.get(1 + usize::from(length)..).unwrap_or_default()
            }
            _ => return false,
        };
    }
    false
}

/// JPEG knows no transparency.
fn on_white(image: DynamicImage) -> DynamicImage {
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    let mut image = image.into_rgba8();
    for pixel in image.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        let [red, green, blue] = [red, green, blue].map(|value| over(value, alpha));
        pixel.0 = [red, green, blue, u8::MAX];
    }
    DynamicImage::ImageRgba8(image)
}

/// How large a picture is shown. A small one is not made larger: nothing would be seen better.
fn scaled((width, height): (u32, u32), size: PhotoSize) -> (u32, u32) {
    let edge = size.pixels();
    let longest = width.max(height).max(1);
    let scaled = |length: u32| {
        let scaled = u64::from(length) * u64::from(edge.min(longest)) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(edge).max(1)
    };
    (scaled(width), scaled(height))
}

fn encode(picture: &RgbImage, size: PhotoSize) -> Result<Vec<u8>, PictureFault> {
    let (width, height) = scaled(picture.dimensions(), size);
    let small = image::imageops::thumbnail(picture, width, height);
    let mut jpeg = Vec::new();
    small
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
        .map_err(|_not_written| PictureFault::NotAPicture)?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Rgba, RgbaImage};

    use super::*;

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn size(jpeg: &[u8]) -> (u32, u32) {
        assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
        let image = image::load_from_memory(jpeg).unwrap();
        (image.width(), image.height())
    }

    #[test]
    fn a_picture_becomes_small_and_stays_in_proportion() {
        let photo = Photo::of(&png(&DynamicImage::new_rgb8(1_200, 600))).unwrap();
        assert_eq!((size(&photo.large), size(&photo.small)), ((480, 240), (160, 80)));
        assert_eq!(photo.id().len(), 32);
        let tiny = Photo::of(&png(&DynamicImage::new_rgb8(20, 10))).unwrap();
        assert_eq!((size(&tiny.large), size(&tiny.small)), ((20, 10), (20, 10)));
        assert_eq!(
            size(&resized(&png(&DynamicImage::new_rgb8(5_000, 1)), PhotoSize::Small).unwrap()),
            (160, 1)
        );
    }

    #[test]
    fn what_is_transparent_is_white() {
        let image: RgbaImage = ImageBuffer::from_pixel(8, 8, Rgba([200, 0, 0, 0]));
        let photo = Photo::of(&png(&DynamicImage::ImageRgba8(image))).unwrap();
        let seen = image::load_from_memory(&photo.large).unwrap().to_rgb8();
        assert!(seen.pixels().all(|pixel| pixel.0.iter().all(|value| *value > 250)));
    }

    /// A JPEG whose Exif says that it lies on its side, and where it was taken.
    fn lying(orientation: u8) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let image =
            RgbImage::from_fn(64, 32, |x, _| if x < 32 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 95)).unwrap();
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"GPSLatitude");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut whole = jpeg[..2].to_vec();
        whole.extend([0xff, 0xe1]);
        whole.extend(length);
        whole.extend(exif);
        whole.extend(&jpeg[2..]);
        whole
    }

    #[test]
    fn a_picture_stands_upright_and_says_nothing_of_where_it_was_taken() {
        let sent = lying(6);
        assert!(sent.windows(3).any(|part| part == b"GPS"));
        let photo = Photo::of(&sent).unwrap();
        assert_eq!(size(&photo.large), (32, 64));
        let seen = image::load_from_memory(&photo.large).unwrap().to_rgb8();
        assert!(seen.get_pixel(16, 8).0[0] > 200 && seen.get_pixel(16, 56).0[2] > 200);
        for made in [&photo.large, &photo.small] {
            assert!(!made.windows(3).any(|part| part == b"GPS"));
            assert!(!made.windows(4).any(|part| part == b"Exif"));
        }
        assert_eq!(size(&Photo::of(&lying(1)).unwrap().large), (64, 32));
    }

    #[test]
    fn what_is_no_picture_or_says_to_be_a_huge_one_is_refused() {
        let good = png(&DynamicImage::new_rgb8(64, 64));
        // The size stands in the first chunk, whose checksum is made anew so that nothing but the size is wrong.
        let mut bomb = good.clone();
        bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let sum = crc32(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&sum);
        assert_eq!(Photo::of(&bomb), Err(PictureFault::TooManyPixels));
        for wrong in [
            &b""[..],
            b"GIF89a\x01\0\x01\0\0\0\0;",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            &good[..60],
        ] {
            assert_eq!(Photo::of(wrong), Err(PictureFault::NotAPicture));
        }
        let mut fat = good;
        fat.resize(PICTURE_BYTES + 1, 0);
        assert_eq!(Photo::of(&fat), Err(PictureFault::TooLarge));
        // The decoder takes a cut picture for a whole one from some place on, and fills it up with grey.
        let whole = lying(1);
        let cut = |end: usize| Photo::of(&whole[..end]).unwrap_err();
        let (mut end, mut codes) = (0, Vec::new());
        while end < whole.len() {
            codes.push(cut(end));
            end += 7;
        }
        assert_eq!(cut(whole.len() - 1), PictureFault::Cut);
        assert!(codes.iter().all(|code| [PictureFault::NotAPicture, PictureFault::Cut].contains(code)));
        assert!(image::load_from_memory(&whole[..whole.len() - 20]).is_ok(), "decoders are less strict");
        // What stands behind the end is passed over.
        assert!(Photo::of(&[whole.as_slice(), b"trailer"].concat()).is_ok());
    }

    /// A JPEG whose head says that it has so many pixels, in one pass or in several.
    fn said_to_be(width: u16, height: u16, passes: u8) -> Vec<u8> {
        let mut jpeg = lying(1);
        let at = jpeg.windows(2).position(|part| part == [0xff, 0xc0]).unwrap();
        jpeg[at + 1] = passes;
        jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
        jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
        jpeg
    }

    #[test]
    fn what_would_take_much_memory_is_refused_before_it_is_decoded() {
        for (width, height, passes, fits) in [
            (5_000, 5_000, 0xc0, true),
            (5_001, 5_000, 0xc0, false),
            (3_800, 3_800, 0xc2, true),
            (4_000, 4_000, 0xc2, false),
        ] {
            let jpeg = said_to_be(width, height, passes);
            assert_eq!(is_progressive(&jpeg), passes == 0xc2);
            let pixels = u64::from(width) * u64::from(height);
            let bytes = memory(pixels, ColorType::Rgb8, passes == 0xc2);
            assert_eq!(bytes <= DECODER_BYTES && pixels <= MOST_PIXELS, fits, "{width} {height}");
            if !fits {
                assert_eq!(Photo::of(&jpeg), Err(PictureFault::TooManyPixels), "{width} {height}");
            }
        }
        let wide = |color| memory(12_000_000, color, false);
        assert!(wide(ColorType::Rgba16) > DECODER_BYTES && wide(ColorType::Rgba8) < DECODER_BYTES);
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & (0_u32.wrapping_sub(crc & 1)));
            }
        }
        !crc
    }
}
