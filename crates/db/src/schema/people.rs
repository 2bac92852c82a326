diesel::table! {
    person_groups (person_id, group_id) {
        person_id -> Text,
        group_id -> Text,
    }
}

diesel::table! {
    grants (grantee_id, collection_id) {
        collection_id -> BigInt,
        grantee_id -> Text,
        grantee_kind -> Text,
        role -> Integer,
    }
}

use super::ground::collections;

diesel::allow_tables_to_appear_in_same_query!(grants, person_groups, collections);
