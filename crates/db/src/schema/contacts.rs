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
    }
}

diesel::joinable!(contact_numbers -> contacts (contact_id));
diesel::allow_tables_to_appear_in_same_query!(address_books, contact_numbers, contacts);
