diesel::table! {
    mail_accounts (id) {
        id -> Text,
        person_id -> Text,
        source -> Text,
        address -> Text,
        name -> Text,
        collection_id -> BigInt,
        last_seq -> BigInt,
    }
}

diesel::table! {
    mailboxes (id) {
        id -> Text,
        account_id -> Text,
        folder -> Text,
        name -> Text,
        role -> Nullable<Text>,
        sort_order -> Integer,
        total -> BigInt,
        unread -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    messages (id) {
        id -> Text,
        account_id -> Text,
        mailbox_id -> Nullable<Text>,
        source_mailbox_id -> Nullable<Text>,
        source_key -> Text,
        thread_id -> Text,
        keywords -> Integer,
        source_keywords -> Integer,
        header_id -> Nullable<Text>,
        sender -> Text,
        recipients -> Text,
        copies -> Text,
        subject -> Text,
        preview -> Text,
        received_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        size -> BigInt,
        has_attachment -> Bool,
        too_complex -> Bool,
        version -> BigInt,
        source_version -> BigInt,
        carrier -> Nullable<Text>,
        carried_mailbox_id -> Nullable<Text>,
        carried_keywords -> Nullable<Integer>,
    }
}

diesel::table! {
    message_texts (account_id, seq) {
        account_id -> Text,
        seq -> BigInt,
        message_id -> Text,
        received_at -> BigInt,
        folded -> Text,
    }
}

diesel::table! {
    mail_threads (account_id, header_id) {
        account_id -> Text,
        header_id -> Text,
        thread_id -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    mail_accounts,
    mailboxes,
    messages,
    message_texts,
    mail_threads
);
