use std::collections::BTreeMap;

use renraku_base::is_link;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::members::Members;

/// A place where an event happens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Location {
    /// Always `Location`.
    #[serde(rename = "@type", default)]
    pub object_type: LocationType,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Properties that are kept and have no effect.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// The `@type` of a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum LocationType {
    /// The only one.
    #[default]
    Location,
}

/// A place that is reached over a network, such as a video meeting.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VirtualLocation {
    /// Always `VirtualLocation`.
    #[serde(rename = "@type", default)]
    pub object_type: VirtualLocationType,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where to go: `http`, `https`, `tel` or `mailto`.
    pub uri: String,
    /// What it offers: `audio`, `video`, `chat`, `screen` …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, bool>,
    /// Properties that are kept and have no effect.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// The `@type` of a virtual place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum VirtualLocationType {
    /// The only one.
    #[default]
    VirtualLocation,
}

impl Location {
    /// A place with a name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    pub(super) fn read(mut members: Members<'_>) -> Option<Self> {
        members.object_type("Location");
        let name = members.line("name");
        members.check_links();
        Some(Self { object_type: LocationType::Location, name, more: members.rest() })
    }
}

impl VirtualLocation {
    pub(super) fn read(mut members: Members<'_>) -> Option<Self> {
        members.object_type("VirtualLocation");
        let name = members.line("name");
        let features = members.set("features");
        let uri: Option<String> = members.take("uri", "type");
        match &uri {
            None => members.fault("uri", "required", "a virtual place has a uri"),
            Some(uri) if !is_link(uri) => {
                members.fault(
                    "uri",
                    "uri",
                    "a uri begins with http:, https:, tel: or mailto: and has no spaces",
                );
            }
            Some(_) => {}
        }
        members.check_links();
        let object_type = VirtualLocationType::VirtualLocation;
        Some(Self { object_type, name, uri: uri?, features, more: members.rest() })
    }
}
