import Foundation
import Glibc
import Logging
import SystemPackage
import Testing

@testable import Observability

@Suite("The log")
struct LogTests {
    private static let instant = Date(timeIntervalSince1970: 1_800_000_000.1234)

    /// What a logger of this style writes to a pipe.
    private func lines(
        _ style: LogStyle, level: Logger.Level = .trace, _ body: (inout Logger) -> Void
    ) throws -> [String] {
        let pipe = try Pipe()
        var logger = Logger(label: "test") { _ in
            RondeLog(style, level: level, writer: LogWriter(pipe.input), now: { Self.instant })
        }
        body(&logger)
        return pipe.read().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    private static func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }
    private let json = LogStyle(isJSON: true, timeZone: .gmt)

    @Test("text has local time, level, message and its fields in columns")
    func text() throws {
        let style = LogStyle(isJSON: false, timeZone: try Self.zone("Europe/Paris"))
        let lines = try lines(style) { logger in
            logger.info("watching 3 schedules", metadata: ["config": "/etc/ronde.yaml", "host": "my host"])
            logger.warning("a run was interrupted")
            logger.debug("x", metadata: ["empty": "", "quoted": "a \"b\"\n", "number": .stringConvertible(7)])
        }
        let space = String(repeating: " ", count: 24)
        #expect(
            lines == [
                "2027-01-15 09:00:00 info     watching 3 schedules\(space) config=/etc/ronde.yaml host=\"my host\"",
                "2027-01-15 09:00:00 warning  a run was interrupted",
                "2027-01-15 09:00:00 debug    x\(String(repeating: " ", count: 43))"
                    + " empty=\"\" number=7 quoted=\"a \\\"b\\\"\\n\"",
            ])
    }

    @Test("JSON has time in UTC with milliseconds, and the fields as keys")
    func jsonLine() throws {
        let lines = try lines(json) { logger in
            logger.error("failed", metadata: ["run": "daily-1", "seconds": .stringConvertible(1.5)])
        }
        #expect(
            lines == [
                #"{"time":"2027-01-15T08:00:00.123Z","level":"error","message":"failed","run":"daily-1","seconds":1.5}"#
            ])
    }

    @Test("nested fields get keys with dots; a name that the line has already gets a mark; an error is a field")
    func fields() throws {
        struct Trouble: Error, CustomStringConvertible { let description = "no room" }
        let lines = try lines(json) { logger in
            logger[metadataKey: "level"] = "deep"
            logger.info(
                "m",
                metadata: [
                    "time": "t", "service": ["name": "api", "ports": ["1", "2"]], "truth": .stringConvertible(true),
                    "none": .array([]),
                ])
            logger.error("e", error: Trouble())
        }
        #expect(
            lines[0].hasSuffix(
                #""level_":"deep","none":"[]","service.name":"api","service.ports.0":"1","#
                    + #""service.ports.1":"2","time_":"t","truth":true}"#))
        #expect(lines[1].hasSuffix(#""error":"no room","level_":"deep"}"#))
    }

    @Test(
        "whatever a field holds, a JSON line is one line, valid, and does nothing to a terminal",
        arguments: [
            "a\nb\r\nc", "\u{1B}[2Jx", "\u{0}\u{7F}\u{85}\u{9B}31m", "\u{2028}\u{2029}", "\u{202E}abc\u{FEFF}",
            "\"\\\"}{",
            "\u{E0001}\u{10FFFF}é😀", "\t", String(repeating: "\u{1}", count: 10_000),
            String(repeating: "😀", count: 9999),
        ])
    func hostile(_ text: String) throws {
        for style in [json, LogStyle(isJSON: true, showsPriority: true, timeZone: .gmt)] {
            let lines = try lines(style) { logger in
                logger.info("\(text)", metadata: [text: "\(text)", "other": "\(text)", "list": [.string(text)]])
            }
            let line = try #require(lines.first)
            #expect(lines.count == 1 && line.utf8.count < 4096)
            let start = style.showsPriority ? line.dropFirst(3) : line[...]
            let object = try JSONSerialization.jsonObject(with: Data(start.utf8)) as? [String: Any]
            let message = try #require(object?["message"] as? String)
            #expect(message == text || (message.hasSuffix("…") && text.hasPrefix(message.dropLast())))
            #expect(Self.isHarmless(line))
        }
        let plain = try lines(LogStyle(isJSON: false, timeZone: .gmt)) { logger in
            logger.info("\(text)", metadata: [text: "\(text)", "list": [.string(text)]])
        }
        #expect(plain.count == 1 && plain[0].utf8.count < 4096 && Self.isHarmless(plain[0]))
    }

    private static func isHarmless(_ line: String) -> Bool {
        line.unicodeScalars.allSatisfy { scalar in
            let category = scalar.properties.generalCategory
            return category != .control && category != .format && category != .lineSeparator
        }
    }

    @Test("a line of very many fields says how many it left out, and is still whole")
    func manyFields() throws {
        let many = Dictionary(
            uniqueKeysWithValues: (0..<500).map { ("key\($0)", Logger.MetadataValue.string("some value of it")) })
        let line = try #require(try lines(json) { $0.info("m", metadata: many) }.first)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["fields_left_out"] as? Int == 436)
        let long = String(repeating: "x", count: 3000)
        let cut = try #require(
            try lines(json) { $0.info("\(long)", metadata: ["a": "\(long)", "b": "\(long)", "c": "1"]) }.first)
        #expect(try JSONSerialization.jsonObject(with: Data(cut.utf8)) is [String: Any])
        #expect(cut.contains("\"fields_cut\":"))
    }

    @Test("journald gets the severity of each line at its beginning")
    func priorities() throws {
        let style = LogStyle(isJSON: false, showsPriority: true, timeZone: .gmt)
        let lines = try lines(style) { logger in
            for level in Logger.Level.allCases { logger.log(level: level, "m") }
        }
        #expect(lines.map { String($0.prefix(3)) } == ["<7>", "<7>", "<6>", "<5>", "<4>", "<3>", "<2>"])
    }

    @Test("the style follows the descriptor and the environment")
    func style() throws {
        let pipe = try Pipe()
        var facts = stat()
        try #require(fstat(pipe.input, &facts) == 0)
        func style(_ format: LogFormat, _ environment: [String: String]) -> LogStyle {
            LogStyle(format, descriptor: pipe.input, environment: environment, timeZone: .gmt)
        }
        #expect(style(.auto, [:]) == LogStyle(isJSON: true, timeZone: .gmt))
        #expect(style(.text, ["TERM": "xterm"]) == LogStyle(isJSON: false, timeZone: .gmt))
        #expect(style(.json, ["JOURNAL_STREAM": "\(facts.st_dev):\(facts.st_ino)"]).showsPriority)
        for wrong in ["\(facts.st_dev):\(facts.st_ino + 1)", "1", "", "a:b", "1:2:3"] {
            #expect(!style(.json, ["JOURNAL_STREAM": wrong]).showsPriority)
        }
    }

    @Test(
        "colour is for terminals that want it",
        arguments: [
            (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": "1"], false), (["TERM": "dumb"], false),
            ([:], false),
            (["TERM": "xterm", "NO_COLOR": ""], true),
        ])
    func colour(_ environment: [String: String], _ isPainted: Bool) throws {
        var (master, terminal): (Int32, Int32) = (-1, -1)
        try #require(openpty(&master, &terminal, nil, nil, nil) == 0)
        defer {
            close(master)
            close(terminal)
        }
        let style = LogStyle(.auto, descriptor: terminal, environment: environment, timeZone: .gmt)
        #expect(style == LogStyle(isJSON: false, usesColour: isPainted, timeZone: .gmt))
        let line = try #require(try lines(style) { $0.error("m", metadata: ["k": "v"]) }.first)
        #expect(line.contains("\u{1B}[31merror   \u{1B}[0m") == isPainted)
    }

    @Test("a level below the logger's is not written")
    func level() throws {
        #expect(try lines(json, level: .warning) { $0.info("m") }.isEmpty)
    }

    @Test("nobody waits for a reader that is stuck: lines are counted, and the next one says how many")
    func stuckReader() throws {
        let pipe = try Pipe()
        let writer = LogWriter(pipe.input)
        let logger = Logger(label: "test") { _ in RondeLog(json, level: .info, writer: writer, now: { Self.instant }) }
        let begin = ContinuousClock.now
        for number in 0..<5000 { logger.info("line \(number)") }
        #expect(ContinuousClock.now - begin < .seconds(10))
        let first = pipe.read()
        logger.info("after")
        let rest = pipe.read().split(separator: "\n")
        let kept = first.split(separator: "\n").count
        #expect(kept < 5000 && rest.count == 2)
        #expect(rest[0].contains("\"lines\":\(5000 - kept)}") && rest[1].contains("after"))
        #expect(first.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    }

    @Test("a descriptor that is closed or full fails nobody", arguments: ["/dev/full", "closed"])
    func faulty(_ kind: String) throws {
        let descriptor = open(kind == "closed" ? "/dev/null" : kind, O_WRONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        if kind == "closed" { close(descriptor) }
        let writer = LogWriter(kind == "closed" ? 9999 : descriptor)
        let logger = Logger(label: "test") { _ in RondeLog(json, level: .info, writer: writer, now: { Self.instant }) }
        for _ in 0..<10 { logger.info("m") }
        if kind != "closed" { close(descriptor) }
    }
}

/// A pipe that is not waited for.
private final class Pipe {
    let input: Int32
    private let output: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (output, input) = (ends[0], ends[1])
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(input)
        close(output)
    }

    /// All that is in it now.
    func read() -> String {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = Glibc.read(output, &chunk, chunk.count), count > 0 { all += chunk[..<count] }
        return String(decoding: all, as: UTF8.self)
    }
}
