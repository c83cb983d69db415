//! Payloads of other hands, and of our own.

use super::*;

#[test]
fn public_payloads_have_their_known_lines() {
    let Some(samples) = crate::samples::ios("imessage-database-2024") else { return };
    for (file, expected) in [
        ("url_message/URL.plist", &["Christopher Sardegna", "https://chrissardegna.com/"][..]),
        (
            "url_message/Twitter.plist",
            &[
                "Christopher Sardegna on Twitter",
                "“Hello Twitter, meet Bella”",
                "Twitter",
                "https://twitter.com/rxcs/status/1175874352946077696",
            ],
        ),
        (
            "url_message/MetadataURL.plist",
            &["Christopher Sardegna", "Sample page description", "https://chrissardegna.com"],
        ),
        (
            "url_message/Reminder.plist",
            &["https://www.icloud.com/reminders/ZmFrZXVybF9mb3JfcmVtaW5kZXI#TestList"],
        ),
        (
            "music_message/AppleMusic.plist",
            &[
                "Песнь 1",
                "БАТЮШКА",
                "Панихида",
                "https://music.apple.com/us/album/%D0%BF%D0%B5%D1%81%D0%BD%D1%8C-1/1539641998?i=1539641999",
            ],
        ),
        (
            "app_store/AppStoreLink.plist",
            &[
                "SortPuz - Water Puzzles Games",
                "Sort the water color match 3d",
                "https://apps.apple.com/app/id1560298214",
            ],
        ),
        (
            "shared_placemark/SharedPlacemark.plist",
            &[
                "Cherry Cove Avalon CA 90704 United States",
                "Cherry Cove",
                "Cherry Cove, Avalon",
                "https://maps.apple.com/?address=Cherry%20Cove,%20Avalon,%20CA%20%2090704,%20United%20States&ll=33.450858,-118.508212&q=Cherry%20Cove&t=m",
            ],
        ),
        ("app_message/ApplePayRecurring.plist", &["Sending you $1 weekly starting Nov 18, 2023"]),
        (
            "app_message/Sent265.plist",
            &["Apple\u{a0}Cash", "$265\u{a0}Payment", "Sent $265 with Apple\u{a0}Pay."],
        ),
        ("app_message/Business.plist", &["Yes, connect me with Goldman Sachs."]),
        ("app_message/CheckinTimer.plist", &["Check\u{a0}In: Timer Started"]),
        ("app_message/CheckinEnded.plist", &["Check\u{a0}In: Ended"]),
        (
            "app_message/CheckinLate.plist",
            &["Check\u{a0}In: Has not checked in when expected, location shared"],
        ),
        ("app_message/CheckinLocation.plist", &["Check\u{a0}In: Fake Location"]),
        (
            "collaboration_message/Freeform.plist",
            &["Untitled", "https://www.icloud.com/freeform/REDACTED#Untitled"],
        ),
        ("app_message/FindMy.plist", &["Started Sharing Location"]),
        ("app_message/Game.plist", &["Your move.", "Dots & Boxes"]),
        (
            "app_message/Slideshow.plist",
            &["Home", "37 Photos", "Home - 37 Photos", "https://share.icloud.com/photos/1337h4x0r_jk#Home"],
        ),
        (
            "app_message/OpenTableInvited.plist",
            &[
                "Rusty Grill - Boise",
                "Reservation Confirmed",
                "Table for 4 people\nSunday, October 17 at 7:45 PM",
                "You're invited! Tap to accept.",
                "https://www.opentable.com/book/view?rid=0000000&confnumber=00000&invitationId=1234567890-abcd-def-ghij-4u5t1sv3ryc00l",
            ],
        ),
    ] {
        let bytes = std::fs::read(samples.join(file)).unwrap();
        let card = card("x", &bytes);
        assert_eq!(card.lines, expected, "{file}");
        assert_eq!(card.doubts, Vec::<Cow<'_, str>>::new(), "{file}");
        // cut and flipped, it is a card or a doubt
        for at in (0..bytes.len()).step_by(7) {
            fuzz_one(&bytes[..at]);
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x55;
            fuzz_one(&flipped);
        }
    }
}

#[test]
fn base64_of_both_alphabets() {
    for (text, bytes) in [
        ("aGVq", &b"hej"[..]),
        ("aGU=", b"he"),
        ("aGU", b"he"),
        ("-_8", &[0xfb, 0xff]),
        ("+/8=", &[0xfb, 0xff]),
    ] {
        assert_eq!(base64url(text).as_deref(), Some(bytes), "{text}");
    }
    assert_eq!(base64url("a b"), None);
}

#[test]
fn drawings() {
    assert_eq!(touch(&[8, 3, 0x1a, 0]), "digital_touch:heartbeat");
    assert_eq!(touch(&[8, 99]), "digital_touch:99");
    assert_eq!(touch(&[0xff]), "card_unreadable");
    let handwriting = [0x22, 4, 0x20, 7, 0x28, 1];
    assert_eq!(card("com.apple.Handwriting.HandwritingProvider", &handwriting).doubts, ["handwriting:7"]);
    assert_eq!(card("com.apple.Handwriting.HandwritingProvider", b"\xff").doubts, ["card_unreadable"]);
}

/// A payload written as XML, without references.
fn payload(root: &str) -> Vec<u8> {
    let archive =
        format!("<key>$top</key><dict><key>root</key><dict>{root}</dict></dict><key>$objects</key><array/>");
    format!("<plist version=\"1.0\"><dict>{archive}</dict></plist>").into_bytes()
}

#[test]
fn polls_and_votes() {
    // {"item":{"title":"Hvad?","orderedPollOptions":[{"optionIdentifier":"A","text":"Ja"}]}}
    let poll = payload(
        "<key>URL</key><string>data:,eyJpdGVtIjp7InRpdGxlIjoiSHZhZD8iLCJvcmRlcmVkUG9sbE9wdGlvbnMiOlt7Im9wdGlvbklkZW50aWZpZXIiOiJBIiwidGV4dCI6IkphIn1dfX0=?a=b</string>",
    );
    assert_eq!(card(POLLS, &poll).lines, ["Hvad?", "Ja"]);
    // {"item":{"votes":[{"voteOptionIdentifier":"A"},{"voteOptionIdentifier":"Z"}]}}
    let chosen = payload(
        "<key>URL</key><string>data:,eyJpdGVtIjp7InZvdGVzIjpbeyJ2b3RlT3B0aW9uSWRlbnRpZmllciI6IkEifSx7InZvdGVPcHRpb25JZGVudGlmaWVyIjoiWiJ9XX19</string>",
    );
    let known = vote(&chosen, Some(&poll));
    assert_eq!(
        (known.lines, known.doubts),
        (vec!["Ja".to_owned()], vec!["vote_for_unknown_option:1".into()])
    );
    let unknown = vote(&chosen, None);
    assert_eq!((unknown.lines, unknown.doubts), (vec![], vec!["vote_for_unknown_option:2".into()]));
    for at in 0..poll.len() {
        let mut flipped = poll.clone();
        flipped[at] ^= 0x15;
        fuzz_one(&flipped);
        fuzz_one(&poll[..at]);
    }
    for bad in ["", "data:,", "data:,!", "data:,bm8=", "https://a.dk"] {
        let bad = payload(&format!("<key>URL</key><string>{bad}</string>"));
        assert_eq!(card(POLLS, &bad).doubts, ["card_unreadable"], "no poll");
        assert_eq!(vote(&bad, Some(&poll)).doubts, ["card_unreadable"]);
    }
}

#[test]
fn business_chats_and_bounds() {
    let data = |json: &str| {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for chunk in json.as_bytes().chunks(3) {
            let all = chunk.iter().fold(0_u32, |a, b| a << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
            for i in 0..4 {
                let letter = letters[(all >> (18 - 6 * i) & 63) as usize];
                out.push(if i <= chunk.len() { char::from(letter) } else { '=' });
            }
        }
        payload(&format!("<key>data</key><data>{out}</data>"))
    };
    let asked = r#"{"receivedMessage":{"title":"Hvilken vej?"},"listPicker":{"sections":[{"items":[{"title":"Nord"},{"title":"Syd","identifier":"2"}]}]}}"#;
    let mut lines = card("x", &data(asked)).lines;
    lines.sort();
    assert_eq!(lines, ["Hvilken vej?", "Nord", "Syd"]);
    // deeper than anything is looked into, and more than anything is shown
    assert_eq!(
        card("x", &data(&format!("{}{}", "[".repeat(100), "]".repeat(100)))).lines,
        Vec::<String>::new()
    );
    assert_eq!(
        card("x", &data(&format!("{}{}", "[".repeat(9000), "]".repeat(9000)))).lines,
        Vec::<String>::new()
    );
    let many: Vec<String> = (0..1000).map(|i| format!(r#"{{"title":"{i}"}}"#)).collect();
    assert_eq!(card("x", &data(&format!("[{}]", many.join(",")))).lines.len(), MOST_LINES);
    let long = format!(
        "<key>ldtext</key><string>{}</string><key>an</key><string>App</string>",
        "a".repeat(MOST_BYTES + 1)
    );
    assert_eq!(card("x", &payload(&long)).lines, ["App"]);
}
