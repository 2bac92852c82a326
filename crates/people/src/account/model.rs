mod account;
mod app_password;
mod device;
mod label;
mod password;
mod preferences;
mod sign_in;
mod signing_key;
mod username;

pub use account::Account;
pub use app_password::{AppPassword, CreatedAppPassword, NewAppPassword};
pub use device::{Device, DeviceOffer};
pub use password::{Password, PasswordHash};
pub use preferences::{Choices, Preferences};
pub use sign_in::{Login, SignedIn};
pub use signing_key::SigningKey;
pub use username::Username;
