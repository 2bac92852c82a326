use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

/// What somebody does as far as a caller cares; words of RPID (RFC 4480 §3.2) where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    /// At the desk (在席).
    Available,
    /// Nothing stands in the schedule; said of the schedule alone.
    Free,
    /// In a meeting (会議中).
    Meeting,
    /// Something takes their time (予定あり).
    Busy,
    /// Speaking to somebody else (電話中).
    OnThePhone,
    /// Not at the desk (離席中).
    Away,
    /// Out of the office for some hours (外出).
    Out,
    /// On a business trip (出張).
    Travel,
    /// Working from elsewhere (テレワーク).
    Telework,
    /// On leave (休暇).
    Vacation,
    /// Gone home for the day (退庁).
    Left,
    /// Not told, or not to this reader.
    Unknown,
}

impl Activity {
    const ALL: [Self; 12] = [
        Self::Available,
        Self::Free,
        Self::Meeting,
        Self::Busy,
        Self::OnThePhone,
        Self::Away,
        Self::Out,
        Self::Travel,
        Self::Telework,
        Self::Vacation,
        Self::Left,
        Self::Unknown,
    ];

    /// The name by which it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Free => "free",
            Self::Meeting => "meeting",
            Self::Busy => "busy",
            Self::OnThePhone => "on-the-phone",
            Self::Away => "away",
            Self::Out => "out",
            Self::Travel => "travel",
            Self::Telework => "telework",
            Self::Vacation => "vacation",
            Self::Left => "left",
            Self::Unknown => "unknown",
        }
    }

    /// The activity of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|activity| activity.as_str() == name)
    }

    /// Whether somebody can say it of themselves.
    #[must_use]
    pub const fn is_settable(self) -> bool {
        !matches!(self, Self::Free | Self::Unknown)
    }

    /// The names of all that somebody can say of themselves.
    pub(crate) const SETTABLE: [&'static str; 10] = [
        Self::Available.as_str(),
        Self::Meeting.as_str(),
        Self::Busy.as_str(),
        Self::OnThePhone.as_str(),
        Self::Away.as_str(),
        Self::Out.as_str(),
        Self::Travel.as_str(),
        Self::Telework.as_str(),
        Self::Vacation.as_str(),
        Self::Left.as_str(),
    ];

    /// Whether a call reaches them now.
    pub(crate) const fn takes_calls(self) -> bool {
        matches!(self, Self::Available | Self::Free | Self::Telework | Self::Unknown)
    }

    /// Whether they are somewhere else than at their desk for long.
    pub(crate) const fn is_elsewhere(self) -> bool {
        matches!(self, Self::Out | Self::Travel | Self::Telework)
    }

    /// Whether they are not at work.
    pub(crate) const fn is_off_duty(self) -> bool {
        matches!(self, Self::Vacation | Self::Left)
    }
}

/// Reads what somebody says that they do; what is no activity is told with those that can be said.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Activity>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    let unknown = |name: &str| de::Error::unknown_variant(name, &Activity::SETTABLE);
    name.map(|name| Activity::parse(&name).ok_or_else(|| unknown(&name))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_as_settable_is_all_that_is() {
        let settable = Activity::ALL.into_iter().filter(|activity| activity.is_settable());
        assert_eq!(settable.map(Activity::as_str).collect::<Vec<_>>(), Activity::SETTABLE);
    }
}
