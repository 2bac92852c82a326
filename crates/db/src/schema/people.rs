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

diesel::table! {
    accounts (person_id) {
        person_id -> Text,
        username -> Text,
        password_hash -> Nullable<Text>,
        created_at -> BigInt,
        signed_in_at -> Nullable<BigInt>,
        disabled_at -> Nullable<BigInt>,
        ldap_state -> Nullable<Text>,
    }
}

diesel::table! {
    devices (id) {
        id -> Text,
        person_id -> Text,
        name -> Text,
        platform -> Text,
        version -> BigInt,
        created_at -> BigInt,
        seen_at -> BigInt,
        generation -> BigInt,
        generation_at -> BigInt,
        refresh_hash -> Nullable<Binary>,
        predecessor_hash -> Nullable<Binary>,
        refreshed_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    app_passwords (id) {
        id -> Text,
        person_id -> Text,
        device_id -> Nullable<Text>,
        name -> Text,
        mac -> Binary,
        version -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        sealed -> Binary,
        public_key -> Binary,
        signs_from -> BigInt,
        verifies_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    preferences (person_id) {
        person_id -> Text,
        value -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    login_failures (slot) {
        slot -> Integer,
        subject -> Binary,
        failures -> Integer,
        next_try -> BigInt,
        forgotten_at -> BigInt,
    }
}

diesel::table! {
    forwarded_passwords (person_id, mac) {
        person_id -> Text,
        mac -> Binary,
        at -> BigInt,
        pending -> Bool,
    }
}

diesel::table! {
    remembered_passwords (person_id) {
        person_id -> Text,
        hash -> Text,
        accepted_at -> BigInt,
    }
}

diesel::table! {
    units (id) {
        id -> Text,
        parent_id -> Nullable<Text>,
        name -> Text,
        position -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    people (id) {
        id -> Text,
        full_name -> Text,
        phonetic -> Text,
        staff_number -> Nullable<Text>,
        phones -> Text,
        emails -> Text,
        photo_id -> Nullable<Text>,
        left_on -> Nullable<Text>,
        version -> BigInt,
        suppressed -> Bool,
        former_staff_number -> Nullable<Text>,
    }
}

diesel::table! {
    person_photos (person_id, size) {
        person_id -> Text,
        size -> Integer,
        data -> Binary,
    }
}

diesel::table! {
    person_emails (address, person_id) {
        address -> Text,
        person_id -> Text,
    }
}

diesel::table! {
    posts (person_id, position) {
        person_id -> Text,
        position -> Integer,
        unit_id -> Text,
        title -> Nullable<Text>,
        starts_on -> Nullable<Text>,
        ends_on -> Nullable<Text>,
    }
}

diesel::table! {
    post_terms (id) {
        id -> BigInt,
        person_id -> Text,
        position -> Integer,
        unit_id -> Text,
        title -> Nullable<Text>,
        began_on -> Nullable<Text>,
        ended_on -> Nullable<Text>,
    }
}

diesel::table! {
    favourites (person_id, favourite_id) {
        person_id -> Text,
        favourite_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    recent_people (person_id, other_id) {
        person_id -> Text,
        other_id -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    caller_numbers (number) {
        number -> BigInt,
        label -> Text,
    }
}

diesel::table! {
    rosters (id) {
        id -> Text,
        effective_on -> Text,
        made_at -> BigInt,
        state -> Text,
        applied_at -> Nullable<BigInt>,
        wanted -> Nullable<Text>,
        undo -> Nullable<Text>,
        source -> Nullable<Text>,
        counts -> Nullable<Text>,
        announced -> Bool,
    }
}

diesel::table! {
    source_reports (source) {
        source -> Text,
        read_at -> BigInt,
        failed -> Bool,
        lines -> Text,
        faults -> Text,
    }
}

use super::of_ground::collections;

diesel::allow_tables_to_appear_in_same_query!(grants, person_groups, collections);
diesel::allow_tables_to_appear_in_same_query!(accounts, app_passwords, devices);
diesel::allow_tables_to_appear_in_same_query!(favourites, recent_people);
diesel::allow_tables_to_appear_in_same_query!(accounts, people, person_emails, person_groups, posts, units);
diesel::allow_tables_to_appear_in_same_query!(people, person_photos);
