import Foundation
import HostTasks
import Maintenance
import PluginKit
import Synchronization
import Testing

@Suite("Calls that may hang")
struct PatientCallTests {
    @Test("work that ends gives its answer")
    func ends() async { #expect(await PatientCall.run(within: .seconds(60)) { 42 } == 42) }

    @Test("work that hangs is left to itself at the limit", .timeLimit(.minutes(1)))
    func hangs() async {
        let gate = DispatchSemaphore(value: 0)
        let start = ContinuousClock.now
        #expect(await PatientCall.run(within: .milliseconds(50)) { gate.wait() } == nil)
        #expect(start.duration(to: .now) >= .milliseconds(50))
        gate.signal()
    }

    @Test("whoever is cancelled does not wait", .timeLimit(.minutes(1)))
    func cancelled() async {
        let gate = DispatchSemaphore(value: 0)
        let task = Task { await PatientCall.run(within: .seconds(3600)) { gate.wait() } == nil }
        task.cancel()
        #expect(await task.value)
        gate.signal()
    }
}

@Suite("Findings and their words")
struct FindingsTests {
    private func context(_ receive: @escaping @Sendable (PluginEvent) -> Void) -> TaskContext {
        TaskContext(
            PluginRequest(
                run: "run", task: "task", attempt: 1, plugin: "p", service: Service(name: "api", title: "API"),
                with: .object([:]), dryRun: false, nominalTime: Date(), deadline: Date(), scratch: "/"),
            receive: receive)
    }

    @Test("the worst comes first, and what is well is no finding")
    func order() {
        var findings = Findings()
        findings.add(.ok, "nothing")
        #expect(findings.isEmpty)
        let lines = Lines()
        #expect(findings.result(in: context(lines.receive), otherwise: "well") == TaskResult(.ok, "well"))
        for (outcome, words) in [(Outcome.warning, "a"), (.critical, "b"), (.warning, "c"), (.critical, "d")] {
            findings.add(outcome, words)
        }
        let result = findings.result(in: context(lines.receive), otherwise: "well")
        #expect(result == TaskResult(.critical, "b; d; a; and 1 more"))
        #expect(
            lines.all == [LogLine(.error, "b"), LogLine(.error, "d"), LogLine(.warning, "a"), LogLine(.warning, "c")])
    }

    private final class Lines: Sendable {
        private let kept = Mutex<[LogLine]>([])
        var all: [LogLine] { kept.withLock { $0 } }
        @Sendable func receive(_ event: PluginEvent) {
            if case .log(let line) = event { kept.withLock { $0.append(line) } }
        }
    }

    @Test(
        "a length of time has its largest sensible unit",
        arguments: [
            (0, "0 s"), (1.4, "1 s"), (119, "119 s"), (120, "2 min"), (7_199, "119 min"), (7_200, "2 h"),
            (172_799, "47 h"), (172_800, "2 days"), (31_536_000, "365 days"),
        ] as [(Double, String)])
    func spans(_ seconds: Double, text: String) { #expect(Words.span(seconds) == text) }

    @Test(
        "a share has digits where they say something",
        arguments: [(0, "0%"), (0.44, "0.4%"), (5, "5%"), (9.96, "10%"), (83.4, "83%"), (250, "250%")]
            as [(Double, String)])
    func shares(_ value: Double, text: String) { #expect(Words.percent(value) == text) }

    @Test("any number makes a size", arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300, 0, 5.5])
    func sizes(_ value: Double) { #expect(ByteSize(about: value).bytes.magnitude <= 1 << 62) }
}
