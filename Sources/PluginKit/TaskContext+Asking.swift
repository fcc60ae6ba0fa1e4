import Foundation
package import Maintenance

extension TaskContext {
    /// The result by which a task waits for a person; in a dry run, what it would ask for.
    ///
    /// - Parameters:
    ///   - step: what is asked.
    ///   - time: how long it may take before the person is late; nil for as long as it takes.
    /// - Returns: a result that waits, whose summary is the first line of the instructions.
    package func ask(_ step: AwaitedStep, within time: TimeSpan?) -> TaskResult {
        let line = step.instructions.split(whereSeparator: \.isNewline).first.map(String.init) ?? step.instructions
        let who = step.by.isEmpty ? "a person" : step.by.joined(separator: " or ")
        if isDryRun { return TaskResult(.ok, "would wait for \(who): \(line)") }
        var step = step
        step.dueAt = time.map { Date(timeIntervalSinceNow: $0.seconds) }
        return TaskResult(.waiting, "waits for \(who): \(line)", awaits: step)
    }
}
