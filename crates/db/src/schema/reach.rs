diesel::table! {
    phone_memos (id) {
        id -> Text,
        kind -> Text,
        caller_name -> Text,
        caller_number -> Nullable<Text>,
        caller_person_id -> Nullable<Text>,
        caller_contact_id -> Nullable<Text>,
        matter -> Nullable<Text>,
        called_at -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    phone_memo_parts (person_id, memo_id) {
        person_id -> Text,
        memo_id -> Text,
        position -> Integer,
        name -> Text,
        seen_at -> Nullable<BigInt>,
        done_at -> Nullable<BigInt>,
        removed -> Bool,
        created_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    reach_settings (person_id) {
        person_id -> Text,
        activity -> Text,
        until_at -> BigInt,
        place -> Nullable<Text>,
        call_first -> Nullable<Text>,
        version -> BigInt,
    }
}
