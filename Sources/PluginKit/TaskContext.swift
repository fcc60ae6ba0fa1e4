package import Foundation
package import Maintenance
package import SystemPackage

/// What a plugin knows of the task it is to do, and how it tells of its work.
package struct TaskContext: Sendable {
    package let run: String
    package let task: String
    /// Counted from 1.
    package let attempt: Int
    package let service: Service
    /// Whether to say what would be done, and leave everything as it is.
    package let isDryRun: Bool
    /// The firing the run answers, or the start of a run by hand.
    package let nominalTime: Date
    /// When the time limit is over.
    package let deadline: Date
    /// An empty folder of this task's own, removed afterwards.
    package let scratch: FilePath
    private let state: FilePath?
    private let receive: @Sendable (PluginEvent) -> Void

    /// - Parameters:
    ///   - request: what is asked.
    ///   - receive: takes each event in order; called from any thread.
    package init(_ request: PluginRequest, receive: @escaping @Sendable (PluginEvent) -> Void) {
        run = request.run
        task = request.task
        attempt = request.attempt
        service = request.service
        isDryRun = request.dryRun
        nominalTime = request.nominalTime
        deadline = request.deadline
        scratch = FilePath(request.scratch)
        state = request.state.map { FilePath($0) }
        self.receive = receive
    }

    /// A folder of this task's own that stays from run to run, for plugins with `state: true` in their manifest.
    ///
    /// In a dry run it may be missing, and nothing is to be written to it.
    ///
    /// - Throws: ``TaskFailure`` where whoever started the plugin gave it none.
    package func stateFolder() throws -> FilePath {
        guard let state else {
            throw TaskFailure(.unknown, "the request names no state folder, which this plugin needs: see 'state'")
        }
        return state
    }

    /// The time left until the deadline, never negative.
    package var timeLeft: Duration {
        .seconds(max(0, deadline.timeIntervalSinceNow))
    }

    /// When work should give up by itself, so that there is still time to say why: a little before the deadline.
    package var workDeadline: ContinuousClock.Instant {
        .now + max(timeLeft - .seconds(2), timeLeft * 0.8)
    }

    /// Reports how far the work is.
    ///
    /// - Parameters:
    ///   - fraction: from 0 to 1, or nil where it cannot be known.
    ///   - message: what is being done, for people.
    package func progress(_ fraction: Double?, _ message: String) {
        receive(.progress(fraction: fraction.map { min(max($0, 0), 1) }, message: message))
    }

    /// Adds a line to the report; a warning or an error is one of its findings.
    package func log(_ level: LogLine.Level, _ message: String) {
        receive(.log(LogLine(level, message)))
    }

    /// Reports a number.
    package func measure(_ measurement: TaskMeasurement) {
        receive(.measurement(measurement))
    }

    /// Reports a file that was made.
    package func made(_ artifact: Artifact) {
        receive(.artifact(artifact))
    }

    /// The path of the database that the task works on.
    ///
    /// - Throws: ``TaskFailure`` where the service has none of that name.
    package func database(named requested: String?) throws -> (name: String, path: FilePath) {
        guard let name = service.databaseName(for: requested), let location = service.databases[name] else {
            let known = service.databases.keys.sorted().joined(separator: ", ")
            let wanted = requested.map { "no database '\($0)'" } ?? "no single database, and none is named 'main'"
            throw TaskFailure(
                .unknown,
                "service '\(service.name)' has \(wanted); it has: \(known.isEmpty ? "none" : known). Name one in 'with: {database: …}'."
            )
        }
        return (name, FilePath(location.sqlite))
    }
}
