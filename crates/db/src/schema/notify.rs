diesel::table! {
    notifications (person_id, id) {
        person_id -> Text,
        id -> Text,
        kind -> Text,
        event_id -> Nullable<Text>,
        recurrence_id -> Nullable<Text>,
        message_id -> Nullable<Text>,
        facility_id -> Nullable<Text>,
        actor_id -> Nullable<Text>,
        actor_name -> Nullable<Text>,
        details -> Text,
        count -> Integer,
        once_key -> Nullable<Text>,
        topic -> Nullable<Text>,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}
