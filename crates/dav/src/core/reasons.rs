//! What this face says of a condition that is not met, besides its element: in English, and in Japanese.

use renraku_contacts::service::objects::CardFault;
use renraku_schedule::service::objects::ObjectFault;

use super::{Condition, DavFault};

impl Condition {
    /// What is wrong and what to do.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::PropfindFiniteDepth => "send Depth: 0 or 1",
            Self::CannotModifyProtectedProperty => "the server sets this property by itself",
            Self::NeedPrivileges => "this may not be changed here: where it has an owner, ask them",
            Self::SupportedReport => "there is no such report here",
            Self::ValidSyncToken => "the sync token cannot be used any more: sync anew without one",
            Self::NumberOfMatchesWithinLimits => {
                "this is more than one answer tells (16 MiB, and 10,000 occurrences where series are expanded): ask for a \
                 shorter time, or for fewer resources at once"
            }
            Self::ResourceMustBeNull => "there is something under this name already",
            Self::NameAllowed => "a name like this is not taken: choose another name",
            Self::ValidResourceType => "only calendars and address books are made here",
            Self::CalendarCollectionLocationOk => "calendars are made in one's own calendar home",
            Self::AddressbookCollectionLocationOk => {
                "address books and cards have their place in one's own address book home"
            }
            Self::SupportedCalendarData => "calendars speak text/calendar, version 2.0",
            Self::ValidCalendarData => "this is no iCalendar text that says what it should",
            Self::ValidTimezone => "there is no such time zone: write an IANA name such as Asia/Tokyo",
            Self::ValidCalendarObjectResource => {
                "an object is the components of one UID and nothing else, without a METHOD"
            }
            Self::SupportedCalendarComponent => "calendars hold events and tasks",
            Self::MinDateTime | Self::MaxDateTime => "times lie between 1900 and 2100",
            Self::NoUidConflict | Self::NoCardUidConflict => "the UID belongs to another object",
            Self::MaxResourceSize => {
                "an object has at most 512 KiB: leave attachments out, or put links in their place"
            }
            Self::MaxCardSize => "a card has at most 512 KiB: take a smaller picture",
            Self::MaxAttendeesPerInstance => "at most 500 take part in an event",
            Self::ValidFilter => "the filter is not as the standard defines it",
            Self::SupportedFilter | Self::SupportedCardFilter => {
                "there is no search for what the filter asks"
            }
            Self::SupportedCollation | Self::SupportedCardCollation => {
                "texts are compared by i;ascii-casemap, i;octet or i;unicode-casemap"
            }
            Self::SameOrganizer => "an event has one organizer: name the same in all of its components",
            Self::UniqueSchedulingObject => {
                "what others take part in, or what books a room, is in one calendar: keep it where it is"
            }
            Self::AllowedOrganizerChange => "who organizes an event in which others take part never changes",
            Self::AllowedAttendeeChange => "of an invitation one changes one's own answer and alarms alone",
            Self::DefaultCalendarNeeded => "the default calendar and those of facilities cannot be deleted",
            Self::OriginatorAllowed => {
                "the ORGANIZER of a question is whoever asks: write an address of your own, or leave it out"
            }
            Self::InvalidSubscription => {
                "the subscription is not whole, or its push service cannot be reached from here"
            }
            Self::PushNotAvailable => {
                "this has as many subscriptions as it may have: end one, then register again"
            }
            Self::NoSupportedTrigger => "name content-update or property-update as a trigger",
            Self::SupportedAddressData => "address books speak text/vcard, versions 3.0 and 4.0",
            Self::ValidAddressData => "this is no vCard text that says what it should",
        }
    }

    /// The same in Japanese.
    pub const fn reason_in_japanese(self) -> &'static str {
        match self {
            Self::PropfindFiniteDepth => "Depth ヘッダーには 0 か 1 を指定してください。",
            Self::CannotModifyProtectedProperty => "このプロパティはサーバーが決めるもので、変更できません。",
            Self::NeedPrivileges => "ここでは変更できません。持ち主のいるものは、持ち主に依頼してください。",
            Self::SupportedReport => "この場所では、このレポートは使えません。",
            Self::ValidSyncToken => "同期トークンが使えなくなりました。トークンなしで同期し直してください。",
            Self::NumberOfMatchesWithinLimits => {
                "一度に返せる量（16 MiB、繰り返しの展開は10,000件）を超えています。期間を短くするか、対象を減らしてください。"
            }
            Self::ResourceMustBeNull => "この名前はすでに使われています。",
            Self::NameAllowed => "この名前は使えません。ほかの名前を付けてください。",
            Self::ValidResourceType => "作れるのは予定表とアドレス帳だけです。",
            Self::CalendarCollectionLocationOk => "予定表は、自分の予定表の置き場所の直下に作ってください。",
            Self::AddressbookCollectionLocationOk => {
                "アドレス帳は、自分のアドレス帳の置き場所の直下に置いてください。"
            }
            Self::SupportedCalendarData => "使えるのは text/calendar の 2.0 版だけです。",
            Self::ValidCalendarData => "iCalendar として読み取れないか、必要なものがありません。",
            Self::ValidTimezone => {
                "この時間帯はありません。Asia/Tokyo のような IANA の名前を書いてください。"
            }
            Self::ValidCalendarObjectResource => {
                "1つの UID の予定またはタスクだけを、METHOD なしで送ってください。"
            }
            Self::SupportedCalendarComponent => "予定表に保存できるのは予定とタスクだけです。",
            Self::MinDateTime | Self::MaxDateTime => "日時は1900年から2100年までにしてください。",
            Self::NoUidConflict | Self::NoCardUidConflict => "この UID はほかのものに使われています。",
            Self::MaxResourceSize => {
                "大きすぎて保存できません。上限は 512 KiB です。添付ファイルを外すか、リンクにしてください。"
            }
            Self::MaxCardSize => "大きすぎて保存できません。上限は 512 KiB です。写真を小さくしてください。",
            Self::MaxAttendeesPerInstance => "参加者は500人までにしてください。",
            Self::ValidFilter => "フィルターが規格に合っていません。",
            Self::SupportedFilter | Self::SupportedCardFilter => "このフィルターの条件では検索できません。",
            Self::SupportedCollation | Self::SupportedCardCollation => {
                "照合順序は i;ascii-casemap、i;octet、i;unicode-casemap から選んでください。"
            }
            Self::SameOrganizer => "1つの予定の主催者は1人です。すべての回に同じ主催者を書いてください。",
            Self::UniqueSchedulingObject => {
                "ほかの人が参加する予定や施設を予約した予定は、1つの予定表にだけ置けます。今の予定表のままにしてください。"
            }
            Self::AllowedOrganizerChange => "ほかの人が参加する予定の主催者は変えられません。",
            Self::AllowedAttendeeChange => "招待された予定で変えられるのは、自分の回答と通知だけです。",
            Self::DefaultCalendarNeeded => "標準の予定表と施設の予定表は削除できません。",
            Self::OriginatorAllowed => "ORGANIZER には尋ねる本人のアドレスを書くか、何も書かないでください。",
            Self::InvalidSubscription => {
                "プッシュ通知の登録内容が不完全か、通知先のサービスにこのサーバーから接続できません。"
            }
            Self::PushNotAvailable => {
                "プッシュ通知の登録数が上限に達しています。不要な登録を解除してから、もう一度登録してください。"
            }
            Self::NoSupportedTrigger => "トリガーには content-update か property-update を指定してください。",
            Self::SupportedAddressData => "使えるのは text/vcard の 3.0 版と 4.0 版だけです。",
            Self::ValidAddressData => "vCard として読み取れないか、必要なものがありません。",
        }
    }
}

impl DavFault {
    /// What this face refuses by itself, in Japanese, where that says more than the element.
    pub(super) fn japanese(&self) -> Option<&'static str> {
        Some(match self {
            Self::Object(ObjectFault::AnotherEvent) => {
                "ここにある招待とは別の予定です。招待を辞退するか、別の名前と UID で保存してください。"
            }
            Self::Object(ObjectFault::Delegated) => {
                "代わりの人への委任は受け付けていません。その人を招待するよう主催者に依頼し、自分の回答は出席・欠席・未定から選んでください。"
            }
            Self::Object(ObjectFault::OtherOrganizer) => {
                "ほかの人が参加する予定の主催者は変えられません。主催者をもとのままにするか、別の名前と UID で保存してください。"
            }
            Self::UidElsewhere(_) => {
                "この予定は、すでに別の予定表にあります。ほかの人が参加する予定や施設を予約した予定は、1つの予定表にだけ置けます。今の予定表のままにしてください（ほかの人の予定表との間では移せません）。自分が主催する予定を自分の別の予定表に移すときは、最新の内容を読み込んでから移してください。"
            }
            Self::Object(ObjectFault::Same) | Self::Card(CardFault::Same) => {
                "移動や複製の元と先が同じです。別の場所か別の名前を指定してください。"
            }
            Self::Conflict(_) => {
                "ここには保存できません。先に予定表またはアドレス帳を作るか、すでにある場所を指定してください。"
            }
            Self::OtherServer => {
                "移動や複製の先が別のサーバーです。このサーバーの中の場所を指定してください。"
            }
            Self::Object(ObjectFault::OnePlace) => {
                "ほかの人が参加する予定です。主催者の予定表に1つだけ置かれ、複製やほかの人の予定表への移動はできません。"
            }
            Self::Object(
                ObjectFault::Organizers
                | ObjectFault::TooLarge
                | ObjectFault::TooManyAttendees
                | ObjectFault::Shape(_)
                | ObjectFault::Component(_)
                | ObjectFault::ReservedName
                | ObjectFault::UidTaken { .. },
            )
            | Self::Card(
                CardFault::TooLarge
                | CardFault::Version
                | CardFault::ReservedName
                | CardFault::UidTaken { .. },
            )
            | Self::UidInUse(_)
            | Self::CardUidInUse(_)
            | Self::Condition(_) => self.told().condition?.reason_in_japanese(),
            _ => return None,
        })
    }
}
