import Foundation
import Maintenance
import Reports
import Testing

@Suite("Text for people")
struct TextTests {
    @Test(
        "gives values in human units",
        arguments: [
            (4_612_096, "B", "4.61 MB"), (0, "B", "0 B"), (-1_500, "B", "-1.50 kB"), (1e300, "B", "1e+300 B"),
            (0.4, "B", "0 B"), (.nan, "B", "not a number B"), (.infinity, "s", "infinite s"),
            (0, "s", "0 s"), (0.0124, "s", "12 ms"), (0.00042, "s", "0.42 ms"), (0.0054, "s", "5.40 ms"),
            (0.000_000_2, "s", "0.0002 ms"), (0.9994, "s", "999 ms"), (0.9996, "s", "1.00 s"), (1.2449, "s", "1.24 s"),
            (2, "s", "2 s"), (12.345, "s", "12.3 s"), (59.94, "s", "59.9 s"), (59.96, "s", "1 m 00 s"),
            (125, "s", "2 m 05 s"), (3599.6, "s", "1 h 00 m"), (7199, "s", "2 h 00 m"), (86_399, "s", "1 d 00 h"),
            (86_400 * 1234, "s", "1,234 d 00 h"), (-3, "s", "-3 s"), (1e300, "s", "1e+300 s"),
            (23.41, "%", "23.4 %"), (80, "%", "80 %"), (0.04, "%", "0.040 %"), (99.96, "%", "100 %"),
            (5_000, "", "5,000"), (-1_234_567, "c", "-1,234,567"), (999, "", "999"), (1234.5, "", "1,235"),
            (0.000_01, "", "1e-05"), (21.5, "°C", "21.5 °C"), (3, "a\u{1B}[2J", "3 a\\x1B[2J"), (3, " ", "3"),
        ] as [(Double, String, String)])
    func values(value: Double, unit: String, text: String) {
        #expect(HumanText.value(value, MeasurementUnit(rawValue: unit)) == text)
    }

    @Test(
        "says by how much a value changed",
        arguments: [
            (4_612_096, 5_022_464, "+8.9 %"), (100, 50, "-50.0 %"), (1, 1.0001, "+0.010 %"), (1, 3, "+200 %"),
            (0.012, 2.3142, "×193"), (-2, -1, "+50.0 %"), (0, 3, nil), (1, .nan, nil), (1e-300, 1e300, nil),
        ] as [(Double, Double, String?)])
    func changes(old: Double, new: Double, text: String?) {
        #expect(HumanText.change(from: old, to: new) == text)
    }

    @Test(
        "counts columns as a terminal does",
        arguments: [
            ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("가", 2), ("ｱ", 1), ("Ａ", 2), ("😀", 2),
            ("👩‍👩‍👧", 2), ("🇫🇷", 2), ("❤️", 2), ("✓", 1), ("✗", 1), ("…", 1), ("–", 1), ("\u{200B}", 0), ("\u{1B}", 0),
            ("नि", 1), ("\u{1112}\u{1161}\u{11AB}", 2),
        ])
    func width(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test("cuts text at columns and never in a character", arguments: 0...14)
    func truncation(columns: Int) {
        for text in ["hello world", "日本語のテスト", "e\u{301}a\u{301}o\u{301} 👩‍👩‍👧👩‍👩‍👧", "", "…"] {
            let cut = DisplayWidth.truncate(text, to: columns)
            #expect(DisplayWidth.of(cut) <= columns)
            #expect(cut == text || cut.last == "…" || columns == 0)
            if DisplayWidth.of(text) <= columns { #expect(cut == text) }
        }
    }

    @Test(
        "writes out what is not seen",
        arguments: [
            (" a b ", "a b"), ("a\nb\r\n", "a\\nb"), ("\u{1B}[31m", "\\x1B[31m"), ("a\tb", "a\\tb"), ("\0x", "\\x00x"),
            ("a\u{202E}b", "a\\u202Eb"), ("a\u{9B}b", "a\\x9Bb"), ("a\u{E0041}b", "a\\U000E0041b"),
            ("a\u{200D}b", "a\\u200Db"),
            ("👩‍👧", "👩‍👧"), ("a\u{2028}b", "a\\u2028b"), ("\u{FEFF}a", "\\uFEFFa"), ("日本語", "日本語"), ("\n \t", ""),
            ("e\u{301}", "e\u{301}"), ("C:\\x1B", "C:\\x1B"),
        ])
    func printable(text: String, shown: String) {
        #expect(PrintableText.of(text) == shown)
    }

    @Test("bounds text, also where one character has a million marks")
    func bounds() {
        #expect(PrintableText.of(String(repeating: "x", count: 20), limit: 10) == "xxxxxxxxxx…")
        #expect(PrintableText.of("exactly 10", limit: 10) == "exactly 10")
        #expect(PrintableText.of("a" + String(repeating: "\u{301}", count: 1_000_000)).utf8.count < 10_000)
    }

    @Test("aligns a table by display width")
    func table() {
        var table = TextTable(columns: [.init("Name", minimum: 4), .init("Size", .right), .init("Note", minimum: 5)])
        table.add(["日本", "5", "short"])
        table.add(["e\u{301}te\u{301}", "1,234", "a longer note\u{1B}[2J", "beyond"])
        table.add(["x"])
        #expect(
            table.text() == """
                Name   Size  Note
                日本      5  short
                e\u{301}te\u{301}   1,234  a longer note\\x1B[2J
                x

                """)
        #expect(
            table.text(width: 22) == """
                Name   Size  Note
                日本      5  short
                e\u{301}te\u{301}   1,234  a longer…
                x

                """)
        #expect(table.text(width: 3).split(separator: "\n").first == "Name   Size  Note")
        #expect(TextTable(columns: []).text(width: 10) == "\n")
    }

    @Test("lists runs in one line each")
    func summaries() throws {
        let summaries = [ReportSummary(of: try Samples.badWeek()), ReportSummary(of: try Samples.goodWeek())]
        #expect(
            ReportSummary.table(of: summaries).text(width: 89) == """
                Run                     Checklist  Started           Duration  Outcome     Tasks
                weekly-20261122-020000  weekly     2026-11-22 02:00  2 m 49 s  ✗ CRITICAL  1 critical, 1…
                weekly-20261115-020000  weekly     2026-11-15 02:00      24 s  ✓ OK        6 ok

                """)
        let json = String(decoding: try RecordCoding.encoder().encode(summaries[1]), as: UTF8.self)
        #expect(json.contains(#""counts":{"ok":6}"#))
    }
}
