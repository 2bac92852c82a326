//! Accounts: who may sign in, with which devices and passwords, and what they prefer.
//!
//! A person is in the directory whether or not they have an account. Operations run in the caller's transaction; only
//! [`SignIn::login`], which must not hash a password inside one, opens its own.

mod model;
mod rules;
mod service;
pub(crate) mod store;

pub use model::{
    Account, AppPassword, CallerContacts, CallerIdChoices, Choices, CreatedAppPassword, Device, DeviceOffer,
    LdapAccount, LdapPlan, LdapRemark, LdapState, Login, NewAppPassword, Password, PasswordHash, Preferences,
    SignedIn, SigningKey, Username,
};
pub(crate) use rules::delay;
pub(crate) use service::{Refreshed, blocking, find_app_password, forget_remembered, refresh};
pub use service::{
    SignIn, compare_with_ldap, count_devices, create_account, create_app_password, disable_account,
    enable_account, find_account, follow_ldap, forget_old_sign_ins, hold_seal, is_sealed, is_sealed_by,
    list_accounts, list_app_passwords, list_devices, list_signing_keys, log_out, prune_devices, read_account,
    read_app_password, read_device, read_preferences, record_choice, remove_password, revoke_app_password,
    revoke_device, rotate_signing_key, seal, set_password, update_preferences, void_secrets,
};
pub(crate) use store::{devices, revocations, signing_keys};
