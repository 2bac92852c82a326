use super::*;

/// A name, its reading, what must find it (parted by ` | `), and what must not.
type Case = (&'static str, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    (
        "高橋 花子",
        "たかはし はなこ",
        "高橋 | 髙橋 | 髙橋 花子 | 高橋花子 | 髙橋　花子 | 花子 高橋 | 高 | 橋 | 槗 | たかはし | タカハシ | ﾀｶﾊｼ | た | ﾀｶ | はな | \
         takahashi | takahasi | TAKAHASHI | ｔａｋａｈａｓｈｉ | Takahashi Hanako | hanako takahasi | takahashihanako | t | takah | \
         takahash | たかh | たかはs | 高橋 はなこ | たかはし hanako",
        "高田 | たなか | tanaka | takahashi taro | 高橋 太郎 | takahasu",
    ),
    (
        "髙橋 一郎",
        "タカハシ イチロウ",
        "高橋 | たかはし | ichiro | itiro | ichirou | ichiroh | Ichirō | itirô",
        "",
    ),
    (
        "太田 太",
        "おおた ふとし",
        "oota | ohta | ota | Ōta | ôta | おおた | オオタ | おーた | オータ | 太 | 太田 | futoshi | hutosi | Futoshi Ohta",
        "otta | uta | 犬",
    ),
    ("河野 結衣", "こうの ゆい", "kono | kouno | kohno | Kōno | こうの | yui | こーの", "konno | くの"),
    ("今野 優子", "こんの ゆうこ", "konno | yuko | yuuko | yuhko | Yūko | ゆうこ", "kono | kouno"),
    (
        "難波 健一",
        "なんば けんいち",
        "namba | nanba | nannba | kenichi | ken'ichi | ken’ichi | ken-ichi | kenniti | kennichi | keniti | けんいち",
        "naba",
    ),
    (
        "本間 純一郎",
        "ほんま じゅんいちろう",
        "homma | honma | junichiro | jun'ichirō | zyunitirou | jyunichirou | zyunnitiro",
        "hoshi",
    ),
    (
        "金城 丈",
        "きんじょう じょう",
        "kinjo | kinjou | kinzyou | kinjoh | kinjyo | jo | zyou | joh | kinj",
        "kinzo",
    ),
    (
        "土田 智恵",
        "つちだ ちえ",
        "tsuchida | tutida | tsutida | tuchida | tsu | ts | chie | tie | ch",
        "suchida",
    ),
    ("逸見 英二", "へんみ えいじ", "henmi | hemmi | eiji | eizi", "hemi"),
    ("服部 八郎", "はっとり はちろう", "hattori | hachiro | hatirou | はっとり | はつとり", "hatsutori"),
    (
        "井上 陽一",
        "いのうえ よういち",
        "inoue | inouye | Inoue Yoichi | yoichi | youichi | yohichi | いのうえ",
        "inua",
    ),
    ("大野 修", "おおの おさむ", "ohno | oono | ono | Ōno | osamu", "unno"),
    ("小原 洋平", "おはら ようへい", "ohara | yohei | youhei | yohhei", "ora"),
    ("佐藤 梅", "さとう うめ", "sato | satou | satoh | Satō Ume | satoume | satouume | ume", "satame"),
    (
        "近藤 周平",
        "こんどう しゅうへい",
        "kondo | kondou | kondoh | shuhei | syuuhei | shuuhei | syuhei | sh",
        "konto",
    ),
    (
        "長谷川 千鶴",
        "はせがわ ちづる",
        "hasegawa | chizuru | chiduru | tizuru | ちづる | ちずる | チヅル",
        "chitsuru",
    ),
    ("藤井 譲治", "ふじい じょうじ", "fujii | hujii | huzii | fuji | joji | jouji | zyouzi | f", "fushii"),
    ("内海 風太", "うつみ ふうた", "utsumi | utumi | futa | fuuta | huuta | Fūta", "usumi"),
    ("千葉 直人", "ちば なおと", "chiba | tiba | naoto | ナオト | なおと", "shiba"),
    ("新庄 健治", "しんじょう けんじ", "shinjo | sinzyou | shinjou | kenji | kenzi", "shino"),
    ("江藤 理沙", "えとう りさ", "eto | etou | etoh | risa | lisa", "edo"),
    ("工藤 京子", "くどう きょうこ", "kudo | kudou | kyoko | kyouko | kyohko | Kyōko", "kado"),
    ("吉井 龍馬", "よしい りょうま", "yoshii | yosii | ryoma | ryouma | ryohma | 𠮷井 | 竜馬", "yosu"),
    ("大山 洋一", "おおやま よういち", "ohyama | oyama | ooyama | Ōyama | yohichi | yoichi", "oyuma"),
    ("大石 浩一", "おおいし こういち", "ohishi | oishi | ooishi | Ōishi | kohichi | koichi | kouiti", "ushi"),
    ("大江 進", "おおえ すすむ", "ohe | oe | ooe | 大江", "oka"),
    ("佐々木 恵", "ささき めぐみ", "佐々木 | 佐佐木 | 惠 | sasaki | ササキ", "鈴木"),
    ("渡邊 真", "わたなべ まこと", "渡辺 | 渡邉 | 渡邊 | 眞 | 渡 | watanabe | wat | わたなべ", "渡部"),
    ("渡辺 桜", "わたなべ さくら", "渡邊 | 渡邉 | 櫻 | sakura", ""),
    (
        "斎藤 弥生",
        "さいとう やよい",
        "齋藤 | 齊藤 | 斉藤 | 斎藤 | 彌生 | saito | saitoh | saitou | Saitō",
        "西藤",
    ),
    ("斉藤 学", "さいとう まなぶ", "齊藤 | 斉藤 | 學 | 斈 | 斎藤 | 齋藤", ""),
    ("山﨑 隆", "やまざき たかし", "山崎 | 山嵜 | 山﨑 | yamazaki | ヤマザキ | ﾔﾏｻﾞｷ", "yamasaki"),
    ("宮嵜 浩", "みやざき ひろし", "宮崎 | 宮﨑 | miyazaki", "宮前"),
    ("浜田 澄", "はまだ すみ", "濱田 | 濵田 | 浜田 | hamada", "浅田"),
    ("沢田 徳男", "さわだ のりお", "澤田 | 德男 | 徳男 | sawada", "沼田"),
    (
        "渋澤 栄一",
        "しぶさわ えいいち",
        "渋沢 | 澁澤 | 澀沢 | 榮一 | shibusawa | sibusawa | eiichi | eiiti",
        "渋川",
    ),
    ("島 広海", "しま ひろみ", "嶋 | 嶌 | 島 | 廣海 | shima | sima", "鳥"),
    ("国分 恵子", "こくぶ けいこ", "國分 | 惠子 | kokubu | keiko", ""),
    ("桜井 竜二", "さくらい りゅうじ", "櫻井 | 龍二 | ryuji | ryuuji | ryuzi | Ryūji", "桑井"),
    ("富田 実", "とみた みのる", "冨田 | 實 | tomita", "福田"),
    ("桑原 亘", "くわはら わたる", "桒原 | 亙 | kuwahara", ""),
    ("柳沢 潤", "やなぎさわ じゅん", "栁澤 | 柳澤 | 柳沢 | jun | zyun", ""),
    ("土屋 清", "つちや きよし", "圡屋 | 淸 | tsuchiya | tutiya", "士屋"),
    ("館 昇", "たち のぼる", "舘 | 曻 | noboru", ""),
    ("鶴見 静香", "つるみ しずか", "靏見 | 靎見 | 靜香 | しづか | shizuka | siduka", ""),
    ("芦沢 達也", "あしざわ たつや", "蘆澤 | 逹也 | ashizawa", ""),
    ("曽根 寿", "そね ひさし", "曾根 | 壽 | sone", ""),
    ("塚本 祐樹", "つかもと ゆうき", "塚本 | 祐樹 | tsukamoto | tukamoto | yuki | yuuki", ""),
];

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(" | ").filter(|part| !part.is_empty())
}

#[test]
fn every_spelling_finds_the_name_and_no_other_does() {
    let mut pairs = 0;
    for (name, reading, hits, misses) in CASES {
        let text = format!("{}\n{}", fold(&name.replace(' ', "")), fold(&reading.replace(' ', "")));
        let sound = fold_reading(reading);
        for query in parts(hits) {
            assert!(Query::parse(query).matches(&text, &sound), "{query} does not find {name} ({sound})");
            pairs += 1;
        }
        for query in parts(misses) {
            assert!(!Query::parse(query).matches(&text, &sound), "{query} finds {name} ({sound})");
            pairs += 1;
        }
    }
    assert!(pairs >= 250, "{pairs} pairs");
}

#[test]
fn selectors_of_a_glyph_are_passed_over() {
    assert_eq!(fold("葛\u{e0100}城"), fold("葛城"));
    assert_eq!(fold("邊\u{e0107}"), fold("辺"));
    // Compatibility ideographs, which NFKC joins.
    assert_eq!(fold("\u{fa19}\u{fa10}"), fold("神塚"));
}

#[test]
fn what_is_typed_between_words_does_not_count() {
    assert_eq!(fold("ジョン・スミス"), fold("ｼﾞﾖﾝ スミス"));
    assert_eq!(fold("サーバー"), fold("サーバ"));
    assert_eq!(fold("いすゞ"), fold("イスズ"));
    assert_eq!(fold("ラヴ"), fold("らぶ"));
    assert_eq!(fold("ＡＢＣ－１２３"), "abc123");
    assert_eq!(fold("Ünal"), "ünal");
    assert!(Query::parse(" 　ー ・ ").is_empty());
}

#[test]
fn kanji_is_never_compared_by_sound() {
    for typed in ["高橋", "高はし", "たかはし", "7012", "hanako@pref.example.jp", "高hashi"] {
        assert_eq!(Query::parse(typed).words().first().and_then(Word::romaji), None, "{typed}");
    }
}

#[test]
fn a_number_is_one_in_every_spelling() {
    for typed in [
        "0155-26-1111",
        "0155261111",
        "(0155) 26-1111",
        "０１５５－２６－１１１１",
        "+81 155 26 1111",
        "+81-155-26-1111",
        "+81 (0)155 26 1111",
        "０１５５ー２６ー１１１１",
        "0081155261111",
        "010-81-155-26-1111",
        "81155261111",
        "0155.26.1111",
        "tel:+81-155-26-1111",
        "TEL 0155-26-1111",
    ] {
        assert_eq!(fold_number(typed).as_deref(), Some("0155261111"), "{typed}");
    }
    assert_eq!(fold_number("内線 7012").as_deref(), Some("7012"));
    assert_eq!(fold_number("内線:70-12").as_deref(), Some("7012"));
    assert_eq!(fold_number("+81 90 1234 5678").as_deref(), Some("09012345678"));
    assert_eq!(fold_number("+1 202 555 0100").as_deref(), Some("12025550100"));
    assert_eq!(fold_number("8112").as_deref(), Some("8112"));
    for wrong in
        ["", "-", "+", "abc", "0155-26-111a", "7012 総務", "1", "1234567890123456", "++8112", "12+34"]
    {
        assert_eq!(fold_number(wrong), None, "{wrong}");
    }
}

#[test]
fn a_number_that_calls_from_outside_has_its_country_code() {
    for typed in [
        "0155-26-1111",
        "（０１５５）２６－１１１１",
        "+81 155 26 1111",
        "+81 (0)155 26 1111",
        "0081155261111",
        "010-81-155-26-1111",
        "81155261111",
        "tel:+81-155-26-1111",
    ] {
        assert_eq!(fold_public_number(typed), Some(81_155_261_111), "{typed}");
    }
    assert_eq!(fold_public_number("090-1234-5678"), Some(819_012_345_678));
    assert_eq!(fold_public_number("0120-444-444"), Some(81_120_444_444));
    assert_eq!(fold_public_number("+1 202 555 0100"), Some(12_025_550_100));
    assert_eq!(fold_public_number("010-1-202-555-0100"), Some(12_025_550_100));
    assert_eq!(fold_public_number("+44 20 7946 0018"), Some(442_079_460_018));
    for inside in
        ["7012", "内線 7012", "26-1111", "110", "0155-26", "155261111", "+8112", "+0155261111", "abc"]
    {
        assert_eq!(fold_public_number(inside), None, "{inside}");
    }
}

#[test]
fn part_of_a_number_is_found_in_every_spelling() {
    let text = "高橋花子\nたかはしはなこ\n7012\n0155261111\n";
    for typed in [
        "7012",
        "701",
        "26-1111",
        "0155",
        "0155-26",
        "+81155",
        "＋８１ー１５５",
        "1111",
        "0155 26 1111",
        "(0155)26",
    ] {
        assert!(Query::parse(typed).matches(text, "takahasihanako\n"), "{typed}");
    }
    assert!(!Query::parse("0156").matches(text, "takahasihanako\n"));
}
