import Maintenance
import PluginKit
import Testing

struct PluginTranscriptTests {
    private static let ok = #"{"type":"result","outcome":"ok","summary":"fine"}"#

    private func conclude(_ lines: [String], _ end: PluginTranscript.End, errorText: String = "") -> TaskResult {
        var transcript = PluginTranscript()
        for line in lines { _ = transcript.receive(line: Array(line.utf8)) }
        return transcript.conclude(end, errorText: errorText)
    }

    @Test(
        "a result that agrees with the exit status counts",
        arguments: [
            (Outcome.ok, Int32(0)), (.warning, 1), (.critical, 2), (.unknown, 3),
        ])
    func agreement(outcome: Outcome, status: Int32) {
        let line = #"{"type":"result","outcome":"\#(outcome.rawValue)","summary":"s"}"#
        #expect(conclude([line], .exited(status)) == TaskResult(outcome, "s"))
    }

    struct Breach: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lines: [String]
        let end: PluginTranscript.End
        let says: String
    }

    @Test(
        "a plugin that breaks the contract ends unknown, and it is said why",
        arguments: [
            Breach(testDescription: "no result", lines: [], end: .exited(0), says: "no result (exit status 0)"),
            Breach(testDescription: "two results", lines: [ok, ok], end: .exited(0), says: "more after its result"),
            Breach(
                testDescription: "talk after the result", lines: [ok, #"{"type":"log","level":"info","message":"x"}"#],
                end: .exited(0), says: "more after its result"),
            Breach(testDescription: "contradiction", lines: [ok], end: .exited(2), says: "said 'ok' but exited 2"),
            Breach(testDescription: "no JSON", lines: ["hello", ok], end: .exited(0), says: "'hello' is no event"),
            Breach(
                testDescription: "unknown type", lines: [#"{"type":"tune"}"#, ok], end: .exited(0), says: "no event"),
            Breach(
                testDescription: "unknown outcome", lines: [#"{"type":"result","outcome":"great","summary":"s"}"#],
                end: .exited(0), says: "no result"),
            Breach(testDescription: "killed", lines: [ok], end: .signalled(9), says: "killed by signal 9"),
            Breach(
                testDescription: "flood", lines: [ok], end: .flooded(limit: ByteSize(bytes: 16_000_000), lines: 9),
                says: "more than 16.0 MB"),
        ])
    func breaches(_ breach: Breach) {
        let result = conclude(breach.lines, breach.end)
        #expect(result.outcome == .unknown)
        #expect(result.summary.contains(breach.says), "\(result.summary)")
    }

    @Test("work that overstays is critical, even after a result")
    func timeLimit() {
        let result = conclude([Self.ok], .timedOut(limit: TimeSpan(.seconds(90))))
        #expect(result == TaskResult(.critical, "stopped: it took longer than its time limit of 90s"))
    }

    @Test("one that overstays ends with what it said last that it was doing, in one line")
    func lastWords() {
        var transcript = PluginTranscript()
        for message in ["copying", "page 7\\nof 9 " + String(repeating: "x", count: 1000), ""] {
            _ = transcript.receive(line: Array(#"{"type":"progress","message":"\#(message)"}"#.utf8))
        }
        let summary = transcript.conclude(.runTimedOut(limit: TimeSpan(.seconds(9)))).summary
        #expect(summary.hasPrefix("stopped: the run's time limit of 9s was over; it last said: of 9 xxx"))
        #expect(summary.count < 400 && !summary.contains("\n"))
    }

    @Test("the last line of standard error explains a missing result")
    func errorText() {
        let result = conclude([], .exited(1), errorText: "Traceback\nKeyError: 'x'\n")
        #expect(result.summary.hasSuffix("KeyError: 'x'"))
    }

    @Test("what is kept of one attempt is bounded, and what is dropped is counted")
    func bounds() throws {
        var transcript = PluginTranscript()
        for number in 0..<1500 {
            let event = PluginEvent.log(LogLine(.info, "line \(number)"))
            _ = transcript.receive(line: Array(try event.line().dropLast()))
        }
        let long = PluginEvent.log(LogLine(.info, String(repeating: "x", count: 100_000)))
        _ = transcript.receive(line: Array(try long.line().dropLast()))
        _ = transcript.conclude(.exited(0))
        #expect(transcript.log.count == PluginTranscript.mostEntries + 1)
        #expect(transcript.log.last?.message == "501 more lines, measurements or artifacts were not kept")
    }

    @Test(
        "every event survives the wire",
        arguments: [
            PluginEvent.progress(fraction: 0.25, message: "half of the half"), .progress(fraction: nil, message: ""),
            .log(LogLine(.error, "a \"quoted\"\nline with é and \u{1F600}")),
            .measurement(TaskMeasurement("size", 4_612_096, .bytes, warning: .above(1e8), critical: nil)),
            .artifact(Artifact(kind: "backup", path: "/x y/z", bytes: 1 << 40, sha256: nil)),
            .result(TaskResult(.waiting, "sign it")),
        ])
    func roundTrip(event: PluginEvent) throws {
        let line = try event.line()
        #expect(line.last == 0x0A)
        #expect(line.dropLast().allSatisfy { $0 != 0x0A })
        #expect(try PluginEvent(line: Array(line.dropLast())) == event)
    }

    @Test("a fraction outside of 0 to 1 is brought back into it", arguments: [(-3.0, 0.0), (7.0, 1.0)])
    func fractions(given: Double, kept: Double) throws {
        let event = try PluginEvent(line: Array(#"{"type":"progress","fraction":\#(given)}"#.utf8))
        #expect(event == .progress(fraction: kept, message: ""))
    }
}
