diesel::table! {
    calendars (id) {
        id -> Text,
        collection_id -> BigInt,
        owner_id -> Text,
        kind -> Text,
        is_default -> Bool,
        name -> Text,
        color -> Nullable<Text>,
        time_zone -> Text,
        version -> BigInt,
        dense -> Bool,
        in_availability -> Bool,
    }
}

diesel::table! {
    facilities (id) {
        id -> Text,
        calendar_id -> Text,
        name -> Text,
        kind -> Text,
        capacity -> Nullable<Integer>,
        place -> Nullable<Text>,
        description -> Nullable<Text>,
        booking_rules -> Text,
        bookings -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        calendar_id -> Text,
        organizer_id -> Nullable<Text>,
        uid -> Text,
        version -> BigInt,
        busy_version -> BigInt,
        indexed_from -> Nullable<BigInt>,
        indexed_until -> Nullable<BigInt>,
        head -> Text,
        body -> Text,
    }
}

diesel::table! {
    placements (event_id, collection_id) {
        event_id -> Text,
        collection_id -> BigInt,
        person_id -> Nullable<Text>,
        open -> Bool,
        hidden -> Bool,
        own -> Nullable<Text>,
        own_version -> Nullable<BigInt>,
        utc_start -> Nullable<BigInt>,
    }
}

diesel::table! {
    reader_alerts (person_id, event_id) {
        person_id -> Text,
        event_id -> Text,
        own -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    invitation_mails (event_id, address, recurrence_id) {
        event_id -> Text,
        address -> Text,
        recurrence_id -> Text,
        message_id -> Text,
        due_at -> BigInt,
    }
}

diesel::table! {
    occurrences (collection_id, band, utc_start, event_id, recurrence_id) {
        collection_id -> BigInt,
        band -> Integer,
        utc_start -> BigInt,
        utc_end -> BigInt,
        event_id -> Text,
        recurrence_id -> Text,
        busy -> Integer,
        participation -> Nullable<Integer>,
        detail -> Nullable<Text>,
        own_version -> Nullable<BigInt>,
    }
}

diesel::table! {
    calendar_objects (collection_id, object_id) {
        collection_id -> BigInt,
        object_id -> Text,
        name -> Text,
        component -> Text,
        uid -> Text,
        etag -> Text,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    calendar_lines (calendar_id) {
        calendar_id -> Text,
        lines -> Text,
    }
}

diesel::table! {
    calendar_paths (calendar_id) {
        calendar_id -> Text,
        owner_id -> Text,
        segment -> Text,
    }
}

diesel::table! {
    calendar_properties (calendar_id, person_id, name) {
        calendar_id -> Text,
        person_id -> Text,
        name -> Text,
        value -> Text,
    }
}

use super::{
    of_ground::collections,
    of_people::{grants, person_groups},
};

diesel::allow_tables_to_appear_in_same_query!(
    calendars,
    facilities,
    events,
    placements,
    occurrences,
    calendar_objects
);
diesel::allow_tables_to_appear_in_same_query!(calendar_paths, calendars, collections);
diesel::allow_tables_to_appear_in_same_query!(calendars, grants);
diesel::allow_tables_to_appear_in_same_query!(calendars, person_groups);
diesel::allow_tables_to_appear_in_same_query!(placements, grants);
diesel::allow_tables_to_appear_in_same_query!(placements, person_groups);
diesel::allow_tables_to_appear_in_same_query!(calendar_paths, grants);
diesel::allow_tables_to_appear_in_same_query!(calendar_paths, person_groups);
