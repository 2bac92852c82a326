//! Operations on accounts: the only way in.

mod accounts;
mod app_passwords;
mod blocking;
mod devices;
mod forget;
mod ldap;
mod login;
mod preferences;
mod refresh;
mod sealed;
mod signing_keys;

pub use accounts::{
    create_account, disable_account, enable_account, find_account, list_accounts, read_account,
    remove_password, set_password,
};
pub(crate) use app_passwords::find_app_password;
pub use app_passwords::{create_app_password, list_app_passwords, read_app_password, revoke_app_password};
pub(crate) use blocking::blocking;
pub use devices::{count_devices, list_devices, log_out, prune_devices, read_device, revoke_device};
pub use forget::forget_old_sign_ins;
pub(crate) use forget::forget_remembered;
pub use ldap::{compare_with_ldap, follow_ldap};
pub use login::SignIn;
pub use preferences::{read_preferences, record_choice, update_preferences};
pub(crate) use refresh::{Refreshed, refresh};
pub use sealed::{hold_seal, is_sealed, is_sealed_by, seal, void_secrets};
pub use signing_keys::{list_signing_keys, rotate_signing_key};
