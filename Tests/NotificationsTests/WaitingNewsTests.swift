import Foundation
import Maintenance
import RunStore
import Testing

@testable import Notifications

/// What is told of runs that wait for a person.
struct WaitingNewsTests {
    private static func rule(_ outcomes: Set<Outcome>) -> NotificationSettings {
        Scene.settings([NoticeRule(name: "rule", outcomes: outcomes)])
    }

    /// A run whose step is due in an hour.
    private func wait(_ scene: Scene) throws -> RunReport {
        var report = try scene.begin()
        var step = TaskReport(
            task: "backup", title: "backup", plugin: "manual", outcome: .waiting, summary: "waits for a person: look",
            attempts: 1, startedAt: scene.clock.now, endedAt: scene.clock.now)
        step.awaits = AwaitedStep(instructions: "look", dueAt: scene.clock.now.addingTimeInterval(3600))
        report.tasks = [step]
        report.outcome = .waiting
        try scene.store.wait(report)
        return report
    }

    @Test("a run that waits is told where a rule asks for it, and not elsewhere", arguments: [true, false])
    func told(isWanted: Bool) throws {
        let scene = try Scene(Self.rule(isWanted ? [.waiting, .critical] : [.critical]))
        _ = try wait(scene)
        try scene.notifier.keepUp()
        #expect(try scene.notices().count == (isWanted ? 1 : 0))
    }

    @Test("a person who is late is told of once, as critical, also after a restart")
    func overdue() throws {
        let scene = try Scene(Self.rule([.critical]))
        let report = try wait(scene)
        scene.clock.advance(3500)
        try scene.notifier.keepUp()
        #expect(try scene.notices().isEmpty)
        scene.clock.advance(200)
        for _ in 0..<3 { try scene.notifier.keepUp() }
        #expect(try scene.notices().count == 1)
        #expect(try scene.notices().first?.outcome == .critical)
        try scene.restarted().notifier.keepUp()
        #expect(try scene.notices().count == 1)
        #expect(try scene.store.waiting().map(\.run) == [report.run])
    }

    @Test("the end of a run that waited is told as any other")
    func ended() throws {
        let scene = try Scene(Self.rule([.waiting, .critical]))
        var report = try wait(scene)
        try scene.notifier.keepUp()
        #expect(try scene.store.changeWaiting(report.run) { _ in .goOn } != nil)
        report.tasks[0].outcome = .ok
        report.outcome = .ok
        report.endedAt = scene.clock.now
        try scene.end(report)
        try scene.notifier.keepUp()
        #expect(try scene.notices().count == 2)
        #expect(try scene.store.waiting().isEmpty)
    }
}
