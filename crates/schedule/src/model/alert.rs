use std::collections::BTreeMap;

use renraku_base::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Duration, members::Members};

/// A reminder of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Always `Alert`.
    #[serde(rename = "@type", default)]
    pub object_type: AlertType,
    /// When it is due.
    pub trigger: Trigger,
    /// When the person put it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Timestamp>,
    /// How it is shown.
    #[serde(default)]
    pub action: AlertAction,
    /// Properties that are kept and have no effect.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// The `@type` of an alert.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum AlertType {
    /// The only one.
    #[default]
    Alert,
}

/// How an alert is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertAction {
    /// On the person's devices.
    #[default]
    Display,
    /// By mail.
    Email,
}

/// When an alert is due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "@type")]
pub enum Trigger {
    /// Some time before or after each occurrence.
    #[serde(rename_all = "camelCase")]
    OffsetTrigger {
        /// How long after; negative: before.
        offset: Duration,
        /// From which end of the occurrence.
        #[serde(default)]
        relative_to: RelativeTo,
    },
    /// At one instant.
    AbsoluteTrigger {
        /// The instant.
        when: Timestamp,
    },
    /// A trigger of a later standard: kept, never due.
    #[serde(untagged)]
    Unknown(BTreeMap<String, Value>),
}

/// The end of an occurrence from which an offset counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RelativeTo {
    /// Its start.
    #[default]
    Start,
    /// Its end.
    End,
}

impl Alert {
    /// An alert on the person's devices, some time before the start.
    #[must_use]
    pub fn before_start(offset: Duration) -> Self {
        Self {
            object_type: AlertType::Alert,
            trigger: Trigger::OffsetTrigger { offset, relative_to: RelativeTo::Start },
            acknowledged: None,
            action: AlertAction::Display,
            more: BTreeMap::new(),
        }
    }

    pub(super) fn read(mut members: Members<'_>) -> Option<Self> {
        members.object_type("Alert");
        let acknowledged = members.take("acknowledged", "instant");
        let action = members.take("action", "one-of").unwrap_or_default();
        if !members.has("trigger") {
            members.fault("trigger", "required", "an alert has a trigger");
        }
        let trigger = members.object("trigger").and_then(Trigger::read);
        let object_type = AlertType::Alert;
        Some(Self { object_type, trigger: trigger?, acknowledged, action, more: members.rest() })
    }
}

impl Trigger {
    fn read(mut members: Members<'_>) -> Option<Self> {
        let kind: Option<String> = members.take("@type", "type");
        match kind.as_deref() {
            Some("OffsetTrigger") | None => {
                if !members.has("offset") {
                    members.fault("offset", "required", "an offset is written like -PT15M");
                }
                let relative_to = members.take("relativeTo", "one-of").unwrap_or_default();
                Some(Self::OffsetTrigger { offset: members.take("offset", "duration")?, relative_to })
            }
            Some("AbsoluteTrigger") => {
                if !members.has("when") {
                    members.fault("when", "required", "an instant is written like 2026-04-01T00:00:00Z");
                }
                Some(Self::AbsoluteTrigger { when: members.take("when", "instant")? })
            }
            Some(other) => {
                let mut kept = BTreeMap::from([("@type".to_owned(), Value::from(other))]);
                kept.extend(members.rest());
                Some(Self::Unknown(kept))
            }
        }
    }
}
