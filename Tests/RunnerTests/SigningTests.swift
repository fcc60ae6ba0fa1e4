import Foundation
import Maintenance
import PluginKit
import Reports
import RunStore
import SystemPackage
import Testing

@testable import Runner

/// Runs that wait for a person.
@Suite(.timeLimit(.minutes(3)))
struct SigningTests {
    private static let scripts = [
        "step": """
        echo '{"type":"result","outcome":"waiting","summary":"do it",\
        "awaits":{"instructions":"Do it.","by":["jane","root"],"evidence":[{"name":"minutes","kind":"number",\
        "warning":"15","critical":"30"}]}}'
        """,
        "ask": """
        echo '{"type":"result","outcome":"waiting","summary":"may I",\
        "awaits":{"kind":"approval","instructions":"May I?","not_by_starter":true}}'
        """,
        "bare": "say waiting look",
        "work": "echo x >> $STAGE/worked; say ok worked",
        "bad": "say critical broken",
    ]

    private static let tasks: [TaskDefinition] = [
        .of("step"), .of("work", needs: ["step"]), .of("later", plugin: "work", needs: ["work"]),
        .of("free", plugin: "work"),
    ]

    private func signing(
        _ task: String, by account: String = "jane", given: Bool = true, _ evidence: [String: String] = [:]
    ) -> Signing {
        let at = Date(timeIntervalSince1970: 1_795_309_200)
        return Signing(
            task: task, signature: Signature(by: account, at: at, host: "h", isGiven: given, evidence: evidence))
    }

    private func begin(
        _ stage: Stage, _ tasks: [TaskDefinition] = Self.tasks, startedBy: String? = nil
    ) async throws -> RunReport {
        try await stage.runner().run(
            stage.checklist(tasks), .init(trigger: .manual, startedBy: startedBy), observer: SilentObserver())
    }

    private func sign(
        _ stage: Stage, _ report: RunReport, _ signing: Signing, _ tasks: [TaskDefinition] = Self.tasks
    ) async throws -> RunReport {
        try await stage.runner().sign(
            report.run, signing, checklist: stage.checklist(tasks), observer: SilentObserver())
    }

    @Test("a run waits without a process, and goes on when it is signed")
    func goesOn() async throws {
        let stage = try Stage(Self.scripts)
        let waiting = try await begin(stage)
        #expect(waiting.outcome == .waiting)
        #expect(waiting.tasks.map(\.outcome) == [.waiting, .waiting, .waiting, .ok])
        // Neither is it over, nor was it cut off; another run can begin beside it.
        #expect(try stage.store.runs(limit: 9).first?.endedAt == nil)
        #expect(try stage.runner().closeInterrupted().isEmpty)
        #expect(throws: ReportError.self) { try stage.reports.read(waiting.run) }
        let other = try await begin(stage, [.of("free", plugin: "work")])
        #expect(other.outcome == .ok)
        #expect(try stage.runner().waitingRuns().map(\.run) == [waiting.run])
        let ended = try await sign(stage, waiting, signing("step", ["minutes": "20"]))
        #expect(ended.tasks.map(\.outcome) == [.warning, .ok, .ok, .ok])
        #expect(ended.tasks[0].measurements.map(\.name) == ["minutes"])
        #expect(stage.file("worked") == "x\nx\nx\nx\n")
        let stored = try stage.reports.read(waiting.run)
        #expect(stored.tasks.map(\.summary) == ended.tasks.map(\.summary))
        #expect(stored.tasks[0].signature?.by == "jane")
        #expect(stored.tasks[0].awaits?.instructions == "Do it.")
        #expect(try stage.runner().waitingRuns().isEmpty)
        #expect(try stage.store.runs(limit: 9).allSatisfy { $0.endedAt != nil })
    }

    @Test("what is refused is critical, and what needs it is skipped")
    func refused() async throws {
        let stage = try Stage(Self.scripts)
        let ended = try await sign(stage, try await begin(stage), signing("step", given: false))
        #expect(ended.tasks.map(\.outcome) == [.critical, .skipped, .skipped, .ok])
        #expect(ended.outcome == .critical)
    }

    @Test(
        "a signature that does not count changes nothing",
        arguments: [
            ("step", "jane", [:], "evidence is missing"), ("step", "jane", ["minutes": "soon"], "is a number"),
            ("step", "jane", ["minutes": "nan"], "is a number"),
            ("step", "joe", ["minutes": "1"], "may not sign"),
            ("step", "jane", ["minutes": "1", "mood": "good"], "nobody asked"),
            ("work", "jane", [:], "waits for nobody"),
            ("free", "jane", [:], "waits for nobody"), ("nope", "jane", [:], "no task 'nope'"),
        ] as [(String, String, [String: String], String)])
    func doesNotCount(task: String, account: String, evidence: [String: String], words: String) async throws {
        let stage = try Stage(Self.scripts)
        let waiting = try await begin(stage)
        let before = try stage.runner().waitingRuns()
        let error = await #expect(throws: RunError.self) {
            try await sign(stage, waiting, signing(task, by: account, evidence))
        }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        #expect(try stage.runner().waitingRuns() == before)
    }

    @Test("who started a run does not approve it where another is to")
    func starter() async throws {
        let stage = try Stage(Self.scripts)
        let tasks: [TaskDefinition] = [.of("ask"), .of("work", needs: ["ask"])]
        let waiting = try await begin(stage, tasks, startedBy: "jane")
        await #expect(throws: RunError.self) { try await sign(stage, waiting, signing("ask"), tasks) }
        let ended = try await sign(stage, waiting, signing("ask", by: "joe"), tasks)
        #expect(ended.tasks.map(\.outcome) == [.ok, .ok])
        #expect(ended.tasks[0].summary == "approved by joe")
    }

    @Test("steps one after the other, and side by side, are each waited for")
    func several() async throws {
        let stage = try Stage(Self.scripts)
        let tasks: [TaskDefinition] = [
            .of("a", plugin: "bare"), .of("b", plugin: "bare", needs: ["a"]), .of("c", plugin: "bare"),
            .of("work", needs: ["b", "c"]),
        ]
        let first = try await begin(stage, tasks)
        #expect(first.tasks.filter(\.wantsSignature).map(\.task) == ["a", "c"])
        let second = try await sign(stage, first, signing("a"), tasks)
        #expect(second.tasks.filter(\.wantsSignature).map(\.task) == ["b", "c"])
        let third = try await sign(stage, first, signing("c"), tasks)
        #expect(third.tasks.map(\.outcome) == [.ok, .waiting, .ok, .waiting])
        await #expect(throws: RunError.self) { try await sign(stage, first, signing("a"), tasks) }
        let last = try await sign(stage, first, signing("b"), tasks)
        #expect(last.tasks.map(\.outcome) == [.ok, .ok, .ok, .ok])
        #expect(stage.file("worked") == "x\n")
    }

    @Test("one that failed decides, whatever a person may say of the others")
    func mixed() async throws {
        let stage = try Stage(Self.scripts)
        let tasks: [TaskDefinition] = [.of("bad"), .of("bare"), .of("work", needs: ["bad", "bare"])]
        let waiting = try await begin(stage, tasks)
        #expect(waiting.tasks.map(\.outcome) == [.critical, .waiting, .skipped])
        #expect(waiting.outcome == .critical)
        let ended = try await sign(stage, waiting, signing("bare"), tasks)
        #expect(ended.tasks.map(\.outcome) == [.critical, .ok, .skipped])
        #expect(try stage.reports.read(waiting.run).outcome == .critical)
    }

    @Test("a checklist that changed meanwhile is gone by as it is now")
    func changed() async throws {
        let stage = try Stage(Self.scripts)
        let waiting = try await begin(stage)
        let now: [TaskDefinition] = [
            .of("step"), .of("work", plugin: "bad", needs: ["step"]), .of("new", plugin: "work"),
        ]
        let ended = try await sign(stage, waiting, signing("step", ["minutes": "1"]), now)
        #expect(ended.tasks.map(\.task) == ["step", "work", "later", "free"])
        #expect(ended.tasks.map(\.outcome) == [.ok, .critical, .skipped, .ok])
        #expect(ended.tasks[2].summary.contains("no longer in the checklist"))
    }

    @Test("where the checklist is gone the signature is kept, and the rest is skipped")
    func gone() async throws {
        let stage = try Stage(Self.scripts)
        let waiting = try await begin(stage)
        let ended = try await stage.runner().sign(
            waiting.run, signing("step", ["minutes": "1"]), checklist: nil, observer: SilentObserver())
        #expect(ended.tasks.map(\.outcome) == [.ok, .skipped, .skipped, .ok])
        #expect(try stage.reports.read(waiting.run).tasks[0].signature?.by == "jane")
    }

    @Test("of several who sign at once one does", arguments: 0..<5)
    func together(round: Int) async throws {
        let stage = try Stage(Self.scripts)
        let waiting = try await begin(stage)
        let signed = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (try? await sign(stage, waiting, signing("step", ["minutes": "1"]))) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(signed == 1)
        #expect(stage.file("worked") == "x\nx\nx\n")
    }

    @Test("a run that is told to stop ends, and waits for nobody")
    func stopped() async throws {
        let stage = try Stage(Self.scripts.merging(["hang": "echo x > $STAGE/hangs; sleep 60"]) { $1 })
        let work = Task { try await begin(stage, [.of("bare"), .of("hang"), .of("work", needs: ["bare"])]) }
        #expect(try await stage.appears("hangs"))
        work.cancel()
        let report = try await work.value
        #expect(report.interruption != nil)
        #expect(report.tasks.map(\.outcome) == [.skipped, .unknown, .skipped])
        #expect(try stage.runner().waitingRuns().isEmpty)
        #expect(try stage.reports.read(report.run).interruption != nil)
    }
}
