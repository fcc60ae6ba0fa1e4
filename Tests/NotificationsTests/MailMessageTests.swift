import Foundation
import Maintenance
import Processes
import Synchronization
import SystemPackage
import Testing

@testable import Notifications

/// Python's reading of a message.
struct ForeignReading: Decodable {
    var headers: [String: String]
    var count: Int
    var body: String
    var defects: [String]
    var longest: Int

    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private static let program = """
        import sys, json, email, email.policy
        raw = sys.stdin.buffer.read()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        defects = [str(d) for d in message.defects]
        defects += [str(d) for value in message.values() for d in getattr(value, 'defects', [])]
        print(json.dumps({'headers': {name.lower(): str(value) for name, value in message.items()},
            'count': len(message.items()), 'body': message.get_content().replace('\\r\\n', '\\n'), 'defects': defects,
            'longest': max(len(line) for line in raw.split(b'\\r\\n'))}))
        """

    static func of(_ message: MailMessage) async throws -> ForeignReading {
        let file = FilePath(NSTemporaryDirectory()).appending("ronde-mail-\(UUID().uuidString)")
        try Data(message.bytes).write(to: URL(fileURLWithPath: file.string))
        defer {
            // It lies in the temporary folder.
            try? FileManager.default.removeItem(atPath: file.string)
        }
        let input = try FileDescriptor.open(file, .readOnly)
        defer {
            // It was only read.
            try? input.close()
        }
        var child = ChildProcess(
            executable: FilePath(try #require(python)), arguments: ["-c", program], timeLimit: .seconds(60))
        child.inputFile = input
        let output = Mutex<[UInt8]>([])
        let report = try await child.runInPieces { piece in output.withLock { $0.append(contentsOf: piece) } }
        #expect(report.end == .exited(0), "\(report.errorText)")
        return try JSONDecoder().decode(ForeignReading.self, from: Data(output.withLock { $0 }))
    }
}

@Suite("Messages of mail", .enabled(if: ForeignReading.python != nil, "needs python3"), .timeLimit(.minutes(2)))
struct MailMessageTests {
    private func message(
        _ notice: Notice, from: String = "Ronde <ronde@example.org>", to: [String] = ["ops@example.org"]
    ) throws -> MailMessage {
        MailMessage(
            notice, from: try MailAddress(parsing: from), to: try to.map(MailAddress.init(parsing:)), timeZone: paris)
    }

    @Test("are in lines of ASCII that end with CR and LF, and a foreign reader reads what was meant")
    func plain() async throws {
        let message = try message(sampleNotice(subject: "[api] weekly: critical: backup", text: "one\n\n.two\n"))
        #expect(
            String(decoding: message.bytes, as: UTF8.self)
                == [
                    "Date: Sun, 22 Nov 2026 02:00:04 +0100", "From: Ronde <ronde@example.org>", "To: ops@example.org",
                    "Subject: [api] weekly: critical: backup", "Message-ID: <t1@example.org>",
                    "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
                    "Content-Transfer-Encoding: 7bit", "", "one", "", ".two", "", "", "-- ",
                    "Ronde on host1, rule all", "",
                ].joined(separator: "\r\n"))
        let read = try await ForeignReading.of(message)
        #expect(read.defects == [])
        #expect(read.headers["subject"] == "[api] weekly: critical: backup")
    }

    @Test("those after the first of an alert refer to it")
    func thread() async throws {
        let read = try await ForeignReading.of(try message(sampleNotice(.recovery, .ok)))
        #expect(read.headers["message-id"] == "<n1@example.org>")
        #expect(read.headers["references"] == "<t1@example.org>" && read.headers["in-reply-to"] == "<t1@example.org>")
    }

    @Test(
        "carry any text, and no text becomes a header",
        arguments: [
            "größer € 😀 日本語 " + String(repeating: "ü", count: 300), "x\r\nBcc: evil@example.org\r\n\r\nbody",
            "=?utf-8?B?eA==?= looks encoded", String(repeating: "word ", count: 60), String(repeating: "x", count: 390),
            "", " ", "  two  blanks ", "\u{202E}\u{0}\t\u{2028}x", "e\u{301}👨‍👩‍👧", "tab\there", "a:b;c,d<e>@f\"g\\h",
        ])
    func anyText(_ text: String) async throws {
        let message = try message(
            sampleNotice(subject: text, text: text + "\n" + text),
            from: "\"Rönde, \\ von\" <ronde@example.org>", to: ["\"A, B\" <a@b.c>", "Übel <d@e.f>"])
        #expect(message.bytes.allSatisfy { $0 < 0x80 && $0 != 0 })
        let read = try await ForeignReading.of(message)
        #expect(read.defects == [], "\(String(decoding: message.bytes, as: UTF8.self))")
        #expect(read.count == 9)
        #expect(read.headers["bcc"] == nil && read.longest <= 998)
        let oneLine = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    switch $0.properties.generalCategory {
                    case .control, .lineSeparator, .paragraphSeparator: " "
                    default: $0
                    }
                }))
        // Readers may take blanks at both ends away.
        #expect(
            read.headers["subject"]?.trimmingCharacters(in: .whitespaces)
                == oneLine.trimmingCharacters(in: .whitespaces))
        let expected = (text + "\n" + text).replacing("\r\n", with: "\n").replacing("\u{0}", with: "\u{FFFD}")
        #expect(read.body.hasPrefix(expected + "\n"))
        #expect(read.headers["to"]?.contains("<a@b.c>") == true)
    }

    @Test("lines of any length stay below what servers take")
    func longLines() async throws {
        for text in [String(repeating: "x", count: 5000), String(repeating: "é ", count: 3000), "a = b=20 \nend "] {
            let read = try await ForeignReading.of(try message(sampleNotice(text: text)))
            #expect(read.longest <= 78 && read.body.hasPrefix(text + "\n"))
        }
    }

    @Test(
        "dates are those of the zone",
        arguments: [
            ("2026-11-22T02:00:04+01:00", "Europe/Paris", "Sun, 22 Nov 2026 02:00:04 +0100"),
            ("2026-07-01T00:30:00Z", "America/St_Johns", "Tue, 30 Jun 2026 22:00:00 -0230"),
            ("1900-01-01T00:00:00Z", "Europe/Paris", "Mon, 1 Jan 1900 00:09:00 +0009"),
            ("2026-01-01T00:00:00Z", "Asia/Kathmandu", "Thu, 1 Jan 2026 05:45:00 +0545"),
        ])
    func dates(_ text: String, _ zone: String, _ expected: String) throws {
        #expect(MailText.date(try instant(text), try #require(TimeZone(identifier: zone))) == expected)
    }
}
