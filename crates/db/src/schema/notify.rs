use super::of_ground::collections;

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
        phone_memo_id -> Nullable<Text>,
    }
}

diesel::table! {
    inbox_messages (person_id, id) {
        person_id -> Text,
        id -> Text,
        once_key -> Nullable<Text>,
        text -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    push_subscriptions (id) {
        id -> Text,
        person_id -> Text,
        collection_id -> BigInt,
        resource -> Text,
        endpoint -> Text,
        public_key -> Binary,
        auth -> Binary,
        contents -> Bool,
        properties -> Bool,
        told -> BigInt,
        queued -> Bool,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(push_subscriptions, collections);
