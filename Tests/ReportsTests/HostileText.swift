import Maintenance

/// What a plugin could say to break out of the place where its text is shown.
enum HostileText {
    static let texts = [
        "a | b || c \\| d \\\\| e", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</details></pre>",
        "&lt;b&gt; &#60;i&#62; AT&T R&D;", "`code` ``more`` ```fence```", "![x](http://tracker.example/p.png)",
        "[click](javascript:alert(1))", "**bold** __bold__ _it_ snake_case *it* ~~gone~~", "# heading", "- item",
        "1. item", "> quote", "===", "--- | ---", ": term", "{: onclick=\"alert(1)\"}", "~~~", "    indented",
        "two\nlines\r\nthree", "\u{1B}[31mred\u{1B}[0m \u{7}bell \u{9B}2J", "user\u{202E}gpj.exe \u{2066}x\u{2069}",
        "zero\u{200B}width \u{FEFF}mark soft\u{AD}hyphen", "line\u{2028}separator\u{85}next", "nul\u{0}byte del\u{7F}",
        "zalgo" + String(repeating: "\u{0301}\u{0316}", count: 20) + "!", "C:\\temp\\new", "end\\", "tab\tand",
        "日本語のサービス名 가나다 🇫🇷 👩‍👩‍👧 e\u{301}té", "<!-- comment --> <?php ?> <![CDATA[x]]>", "<http://a.example>", "",
        "   ", "\n",
    ]

    /// A report with every one of them in every place.
    static func report() throws -> RunReport {
        var report = try Samples.report(outcome: .warning)
        report.title = "<b>T</b> # `x`\n# second"
        report.service = texts[0]
        report.host = texts[20]
        report.timezone = "</h1>|`"
        report.interruption = texts[14]
        report.tasks = texts.enumerated().map { index, text in
            TaskReport(
                task: "t\(index) " + text, title: text, plugin: text, outcome: .warning, summary: text, attempts: 1,
                measurements: [
                    TaskMeasurement(text, .nan, MeasurementUnit(rawValue: text), warning: .above(.infinity))
                ],
                artifacts: [Artifact(kind: text, path: text, bytes: .min, sha256: text)],
                log: [LogLine(.warning, text), LogLine(.debug, text)])
        }
        return report
    }
}
