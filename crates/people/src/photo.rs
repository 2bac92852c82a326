//! Photos as they are handed out: small, upright, and without anything but what is seen.
//!
//! What was sent is never kept: a picture from a phone says where and when it was taken, and what it is taken for decides who reads it.
//! It is decoded within limits and written anew.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage, codecs::jpeg::JpegEncoder,
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
/// As much memory as a decoder may ask for, in bytes.
const DECODER_BYTES: u64 = 256 * 1024 * 1024;
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
    /// It has more pixels than are decoded.
    #[error("the picture has too many pixels: at most 25 million, and 10,000 each way")]
    TooManyPixels,
    /// It has more bytes than are taken.
    #[error("the picture is too large: at most 5 MiB")]
    TooLarge,
}

impl From<PictureFault> for FieldFault {
    fn from(fault: PictureFault) -> Self {
        let code = match fault {
            PictureFault::NotAPicture => "picture",
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
        let picture = decode(picture)?;
        Ok(Self { small: encode(&picture, PhotoSize::Small)?, large: encode(&picture, PhotoSize::Large)? })
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
    encode(&decode(picture)?, size)
}

/// The picture as it is looked at: upright, on white.
fn decode(picture: &[u8]) -> Result<RgbImage, PictureFault> {
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
    if width.max(height) > LONGEST_EDGE || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(PictureFault::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(|_damaged| PictureFault::NotAPicture)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|_damaged| PictureFault::NotAPicture)?;
    image.apply_orientation(orientation);
    Ok(if image.color().has_alpha() { on_white(&image) } else { image.into_rgb8() })
}

/// JPEG knows no transparency.
fn on_white(image: &DynamicImage) -> RgbImage {
    let image = image.to_rgba8();
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|value| over(value, alpha)))
    })
}

fn encode(picture: &RgbImage, size: PhotoSize) -> Result<Vec<u8>, PictureFault> {
    let edge = size.pixels();
    let (width, height) = picture.dimensions();
    let longest = width.max(height).max(1);
    // A small picture is not made larger: nothing would be seen better.
    let scaled = |length: u32| {
        let scaled = u64::from(length) * u64::from(edge.min(longest)) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(edge).max(1)
    };
    let small = image::imageops::thumbnail(picture, scaled(width), scaled(height));
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
        for end in 0..200 {
            let cut = lying(1);
            drop(Photo::of(&cut[..cut.len().min(end * 7)]));
        }
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
