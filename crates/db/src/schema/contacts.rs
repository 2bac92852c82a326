use super::of_people::{grants, person_groups};

diesel::table! {
    address_books (id) {
        id -> Text,
        collection_id -> BigInt,
        owner_id -> Text,
        is_default -> Bool,
        name -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    contacts (id) {
        id -> Text,
        collection_id -> BigInt,
        address_book_id -> Text,
        uid -> Text,
        version -> BigInt,
        sort_key -> Text,
        search -> Text,
        romaji -> Text,
        card -> Text,
    }
}

diesel::table! {
    contact_numbers (number, contact_id) {
        number -> Text,
        contact_id -> Text,
        collection_id -> Nullable<BigInt>,
        caller -> Nullable<BigInt>,
        name -> Nullable<Text>,
        place -> Nullable<Text>,
    }
}

diesel::table! {
    card_objects (collection_id, contact_id) {
        collection_id -> BigInt,
        contact_id -> Text,
        name -> Text,
        etag -> Text,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    address_book_paths (address_book_id) {
        address_book_id -> Text,
        owner_id -> Text,
        segment -> Text,
    }
}

diesel::table! {
    address_book_properties (person_id, address_book_id, name) {
        address_book_id -> Text,
        person_id -> Text,
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    contact_keys (collection_id, kind, value, contact_id) {
        collection_id -> BigInt,
        kind -> Integer,
        value -> Text,
        contact_id -> Text,
    }
}

diesel::table! {
    contact_merges (id) {
        id -> Text,
        person_id -> Text,
        collection_id -> BigInt,
        kept_id -> Text,
        kept_version -> BigInt,
        merged_at -> BigInt,
    }
}

diesel::table! {
    contact_merge_cards (merge_id, position) {
        merge_id -> Text,
        position -> Integer,
        part -> Integer,
        contact_id -> Text,
        version -> BigInt,
        card -> Text,
    }
}

diesel::joinable!(contact_numbers -> contacts (contact_id));
diesel::joinable!(contact_keys -> contacts (contact_id));
diesel::joinable!(contact_merge_cards -> contact_merges (merge_id));
diesel::allow_tables_to_appear_in_same_query!(
    address_books,
    card_objects,
    contact_keys,
    contact_merge_cards,
    contact_merges,
    contact_numbers,
    contacts
);
diesel::allow_tables_to_appear_in_same_query!(contacts, grants);
diesel::allow_tables_to_appear_in_same_query!(contacts, person_groups);
diesel::allow_tables_to_appear_in_same_query!(contact_numbers, grants);
diesel::allow_tables_to_appear_in_same_query!(contact_numbers, person_groups);
