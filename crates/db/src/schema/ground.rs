diesel::table! {
    meta (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    collections (id) {
        id -> BigInt,
        kind -> Text,
        owner_id -> Nullable<Text>,
        modseq -> BigInt,
        floor -> BigInt,
    }
}

diesel::table! {
    changes (collection_id, modseq) {
        collection_id -> BigInt,
        modseq -> BigInt,
        object_type -> Integer,
        object_id -> Text,
        gone -> Bool,
        audience -> Integer,
        at -> BigInt,
    }
}

diesel::table! {
    ledger (person_id, key) {
        person_id -> Text,
        key -> Text,
        hash -> Binary,
        status -> Integer,
        object_type -> Nullable<Integer>,
        object_id -> Nullable<Text>,
        etag -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        payload -> Text,
        unique_key -> Nullable<Text>,
        due_at -> BigInt,
        attempts -> Integer,
        claimed_until -> Nullable<BigInt>,
        done_at -> Nullable<BigInt>,
        failed_at -> Nullable<BigInt>,
        last_fault -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(changes, collections, jobs, ledger, meta);
