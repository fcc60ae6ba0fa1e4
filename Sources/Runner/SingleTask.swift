import Foundation
package import Maintenance

/// Does one task without a checklist, and records nothing.
package struct SingleTask: Sendable {
    /// Where tasks without a checklist keep their state: no checklist can have this name.
    private static let checklist = ".by-hand"

    private let settings: RunnerSettings
    private let clock: any WallClock

    package init(settings: RunnerSettings, clock: any WallClock = SystemWallClock()) {
        self.settings = settings
        self.clock = clock
    }

    /// Does the task under its plugin's locks and time limit.
    package func run(
        _ task: TaskDefinition, of service: Service, isDryRun: Bool, observer: any RunObserver
    ) async -> TaskReport {
        let start = clock.now
        guard let run = RunIdentifier(checklist: "plugin-\(task.name)", start: start, timeZone: settings.timeZone)
        else {
            return TaskReport(
                task: task.name, title: task.title, plugin: task.plugin, outcome: .unknown,
                summary: "'\(task.name)' cannot be part of a run's name")
        }
        let scratch = ScratchFolder(unrecordedIn: settings.scratchFolder)
        defer { scratch.remove() }
        let report = await TaskExecution(
            settings: settings, clock: clock, observer: observer, run: run, checklist: Self.checklist, service: service,
            task: task, nominalTime: start, isDryRun: isDryRun, budget: .endless, scratch: scratch
        ).perform()
        observer.observe(.taskEnded(report))
        return report
    }
}
