import Maintenance
import Testing

@testable import MonitoringChecks

@Suite("What checks say")
struct CheckOutputTests {
    private func read(_ text: String) -> (summary: String, findings: [CheckOutput.Finding]) {
        var output = CheckOutput()
        let findings = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap {
            output.receive(line: Array($0.utf8))
        }
        return (output.summary, findings)
    }

    private func upTo(_ limit: Int) throws -> MeasurementRange { try MeasurementRange(parsing: "\(limit)") }

    @Test("the example of the guidelines: text and data in the first line, more text, more data to the end")
    func guidelines() throws {
        let (summary, findings) = read(
            """
            DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968
            / 15272 MB (77%);
            /boot 68 MB (69%); | /boot=68MB;88;93;0;98
            /home=69357MB;253404;253409;0;253414
            /var/log=818MB;970;975;0;980
            """)
        #expect(summary == "DISK OK - free space: / 3326 MB (56%);")
        let unit = MeasurementUnit(rawValue: "MB")
        #expect(
            findings == [
                .measurement(.init("root", 2643, unit, warning: try upTo(5948), critical: try upTo(5958))),
                .text("/ 15272 MB (77%);"), .text("/boot 68 MB (69%);"),
                .measurement(.init("boot", 68, unit, warning: try upTo(88), critical: try upTo(93))),
                .measurement(.init("home", 69357, unit, warning: try upTo(253_404), critical: try upTo(253_409))),
                .measurement(.init("var_log", 818, unit, warning: try upTo(970), critical: try upTo(975))),
            ])
    }

    @Test(
        "the summary is the first line that has words",
        arguments: [
            ("OK", "OK"), ("  OK \r", "OK"), ("|a=1", ""), ("\n\nOK", "OK"), ("|a=1\nlate words", "late words"),
            ("", ""),
            ("a | b=1 | c=2", "a"),
        ])
    func summaries(text: String, summary: String) { #expect(read(text).summary == summary) }

    @Test("bytes that are no UTF-8, and NUL, take nothing else with them")
    func bytes() {
        var output = CheckOutput()
        let findings = output.receive(line: [0x4F, 0x4B, 0xFF, 0x00, 0x7C] + Array("a=1 \u{FFFD}=2".utf8))
        #expect(output.summary == "OK\u{FFFD}\0")
        #expect(findings.count == 2)
    }

    @Test("a name that comes twice is told apart, also where one has no value")
    func twins() {
        let (_, findings) = read("OK | /home=1 home=U 'Home'=3 home_2=4")
        let names = findings.compactMap { if case .measurement(let found) = $0 { found.name } else { nil } }
        #expect(names == ["home", "home_3", "home_2_2"])
    }
}
