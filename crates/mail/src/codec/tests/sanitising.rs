use crate::codec::html::sanitise;

#[test]
fn nothing_active_and_nothing_remote_is_left() {
    let rows = [
        "<svg><set attributeName=href to=javascript:alert(1)></svg>",
        "<svg onrepeat=alert(1)>",
        "<details ontoggle=alert(1) open>x</details>",
        "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
        "<style>@import 'https://evil.example/x.css'</style>",
        "<form action=https://evil.example><input name=password></form>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<base href=https://evil.example><a href=x>x</a>",
        "<img src=https://evil.example/p.gif>",
        "<img srcset='https://evil.example/p.gif 2x'>",
        "<img src=//evil.example/p.gif>",
        "<img src=data:image/svg+xml;base64,PHN2Zz4=>",
        "<body background=https://evil.example/p.gif>x",
        "<table background=https://evil.example/p.gif><tr><td>x</table>",
        "<div style='background:url(https://evil.example)'>x</div>",
        "<a href='jAvAsCrIpT:alert(1)'>x</a>",
        "<a href='java\nscript:alert(1)'>x</a>",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<a href='vbscript:x'>x</a><a href='file:///etc/passwd'>x</a><a href='cid:x'>x</a>",
        "<area href='javascript:alert(1)'>",
        "<blockquote cite='https://evil.example'>x</blockquote>",
        "<iframe src=https://evil.example></iframe><object data=https://evil.example></object>",
        "<video poster=https://evil.example src=https://evil.example></video>",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<a href=\"https://x\" onclick=alert(1)>x</a>".trim_matches('x'),
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<template><script>alert(1)</script></template>",
    ];
    for row in rows {
        let clean = sanitise(row).unwrap().html.to_lowercase();
        for bad in [
            "evil",
            "script",
            "<svg",
            "<math",
            "<style",
            "<form",
            "<input",
            "<meta",
            "<base",
            "<img src",
            "srcset",
            "style=",
            "=alert",
            "file:",
            "data:",
            "href=\"cid",
            "<iframe",
            "<object",
            "<link",
            "onerror",
            "background",
        ] {
            assert!(!clean.contains(bad), "{row} gave {clean}");
        }
    }
}

#[test]
fn what_a_reader_needs_stays() {
    for (html, kept) in [
        ("<p>本文<br>二行目</p>", "<p>本文<br>二行目</p>"),
        ("<a href='https://pref.example.jp/'>県</a>", "href=\"https://pref.example.jp/\""),
        ("<a href='tel:0155261111'>電話</a>", "href=\"tel:0155261111\""),
        ("<a href='mailto:a@b.example'>メール</a>", "href=\"mailto:a@b.example\""),
        ("<img src='cid:logo@x' alt='印'>", "src=\"cid:logo@x\""),
        ("<table><tbody><tr><td colspan=2>表</td></tr></tbody></table>", "<td colspan=\"2\">表</td>"),
        ("<font color=red>赤</font>", "<font color=\"red\">赤</font>"),
    ] {
        let clean = sanitise(html).unwrap().html;
        assert!(clean.contains(kept), "{html} gave {clean}");
    }
}

#[test]
fn an_image_that_is_not_loaded_leaves_a_word_and_is_counted() {
    let dot = "<img src=https://evil.example/p.gif width=1 height=1>";
    for (html, expected, blocked) in [
        (
            "<p><img src=https://evil.example/p.gif alt='地図 <1>'></p>",
            "<p><i>［画像：地図 &lt;1&gt;］</i></p>",
            1,
        ),
        ("<img src=//evil.example/p.gif>x", "<i>［画像］</i>x", 1),
        (dot, "", 1),
        ("<img src='cid:logo@x' alt='a > b'>", "cid:logo@x", 0),
        ("<img alt='src=&quot;x' src=https://evil.example/p.gif>", "<i>［画像：src=&quot;x］</i>", 1),
        ("&lt;img src=x&gt;", "&lt;img src=x&gt;", 0),
    ] {
        let clean = sanitise(html).unwrap();
        assert!(clean.html.contains(expected), "{html} gave {clean:?}");
        assert_eq!(clean.blocked_images, blocked, "{html}");
        assert!(!clean.html.contains("evil"), "{clean:?}");
    }
    assert_eq!(sanitise(dot).unwrap().html, "");
}
