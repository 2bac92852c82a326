use renraku_base::{ETag, FieldFault, Language, NotificationChoices, PersonId, merge_patch};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What a person prefers, the same on all their phones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    /// Whose they are.
    #[serde(skip)]
    pub person_id: PersonId,
    /// What they chose.
    #[serde(flatten)]
    pub choices: Choices,
    /// The tag of this version.
    pub etag: ETag,
}

/// The choices themselves; what was never chosen has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Choices {
    /// The language that the phone shows.
    pub language: Language,
    /// How long before its start a new event reminds (ISO 8601 duration); `null` for no reminder.
    pub default_alert: Option<String>,
    /// Of what the person is notified.
    pub notifications: NotificationChoices,
    /// Whether colleagues see how the person is reached now (`directory/people/{id}/reach`).
    pub share_reach: bool,
    /// What the phone's own dialler is told of numbers that call.
    pub caller_id: CallerIdChoices,
}

/// What the phone's own dialler is told of numbers that call (`directory/caller-id`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CallerIdChoices {
    /// Whether contacts are among them, beside the staff.
    pub contacts: CallerContacts,
}

/// Which contacts are told to the phone's own dialler.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CallerContacts {
    /// None: the staff alone.
    #[default]
    None,
    /// Those of the address books that others share with the person.
    Shared,
    /// Those of every address book that the person may read.
    All,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            language: Language::default(),
            default_alert: Some("PT10M".to_owned()),
            notifications: NotificationChoices::default(),
            share_reach: true,
            caller_id: CallerIdChoices::default(),
        }
    }
}

impl Choices {
    /// The choices after a merge patch (RFC 7396); `null` puts a member back to its default, except for
    /// `defaultAlert`, where it says that there is none.
    ///
    /// # Errors
    /// The field that is unknown or wrong.
    pub fn patched(&self, patch: &Value) -> Result<Self, FieldFault> {
        let Value::Object(members) = patch else {
            return Err(
                FieldFault::new("", "bad-value", "a merge patch of preferences is an object").allowing("{…}")
            );
        };
        let mut value = serde_json::to_value(self)
            .map_err(|error| FieldFault::new("", "bad-value", error.to_string()))?;
        merge_patch(&mut value, patch);
        if members.get("defaultAlert").is_some_and(Value::is_null) {
            value["defaultAlert"] = Value::Null;
        }
        let choices: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            let pointer = error.path().iter().map(|segment| format!("/{segment}")).collect::<String>();
            let text = error.into_inner().to_string();
            let code = if text.starts_with("unknown field") { "unknown-field" } else { "bad-value" };
            FieldFault::misfit(pointer, code, text)
        })?;
        match &choices.default_alert {
            Some(alert) if !is_lead_time(alert) => Err(FieldFault::new(
                "/defaultAlert",
                "bad-duration",
                "a duration like PT10M, PT1H or P1D, at most 28 days",
            )),
            _ => Ok(choices),
        }
    }
}

/// Whether `text` is a duration of whole days, hours and minutes (ISO 8601) that is not longer than 28 days.
fn is_lead_time(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (days, time) = match rest.split_once('T') {
        Some((_, "")) => return false,
        Some((days, time)) => (days, time),
        None => (rest, ""),
    };
    let mut minutes = 0_u64;
    let mut any = false;
    let mut take = |part: &mut &str, unit: char, worth: u64| -> bool {
        let Some((number, rest)) = part.split_once(unit) else { return true };
        let Some(count) = (number.len() <= 5).then(|| number.parse::<u64>().ok()).flatten() else {
            return false;
        };
        minutes += count * worth;
        any = true;
        *part = rest;
        true
    };
    let (mut days, mut time) = (days, time);
    take(&mut days, 'D', 24 * 60)
        && take(&mut time, 'H', 60)
        && take(&mut time, 'M', 1)
        && any
        && days.is_empty()
        && time.is_empty()
        && minutes <= 28 * 24 * 60
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let choices = Choices::default()
            .patched(&json!({"language":"en","notifications":{"newMail":false},"defaultAlert":null}))
            .unwrap();
        assert_eq!(choices.language, Language::En);
        assert!(!choices.notifications.new_mail);
        assert!(choices.notifications.reminders);
        assert_eq!(choices.default_alert, None);
        let choices = choices.patched(&json!({"callerId":{"contacts":"shared"}})).unwrap();
        assert_eq!(choices.caller_id.contacts, CallerContacts::Shared);
        let again = choices.patched(&json!({"language":null,"notifications":null})).unwrap();
        assert_eq!(again.language, Language::Ja);
        assert!(again.notifications.new_mail);
        assert_eq!(again.default_alert, None);
        assert_eq!(again.caller_id.contacts, CallerContacts::Shared);
    }

    #[test]
    fn what_is_unknown_or_wrong_is_named() {
        let fault = |patch: Value| {
            let fault = Choices::default().patched(&patch).unwrap_err();
            format!("{} {}", fault.code, fault.pointer)
        };
        assert_eq!(fault(json!({"theme":"dark"})), "unknown-field /theme");
        assert_eq!(fault(json!({"etag":"x"})), "unknown-field /etag");
        assert_eq!(fault(json!({"notifications":{"sms":true}})), "unknown-field /notifications/sms");
        assert_eq!(fault(json!({"language":"fr"})), "bad-value /language");
        assert_eq!(fault(json!({"callerId":{"contacts":"some"}})), "bad-value /callerId/contacts");
        assert_eq!(fault(json!({"callerId":{"staff":true}})), "unknown-field /callerId/staff");
        assert_eq!(fault(json!({"defaultAlert":"10 minutes"})), "bad-duration /defaultAlert");
        assert_eq!(fault(json!([])), "bad-value ");
    }

    #[test]
    fn lead_times_are_whole_minutes_up_to_four_weeks() {
        for good in ["PT0M", "PT10M", "PT1H30M", "P1D", "P28D", "P1DT12H"] {
            assert!(is_lead_time(good), "{good}");
        }
        for bad in [
            "",
            "P",
            "PT",
            "P1DT",
            "PT1M1H",
            "PT10S",
            "P29D",
            "-PT10M",
            "PT-1M",
            "PT99999999999M",
            "P1W",
            "PT1M2",
        ] {
            assert!(!is_lead_time(bad), "{bad}");
        }
    }
}
