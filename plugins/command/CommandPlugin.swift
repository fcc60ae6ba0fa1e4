import DurableFiles
import Foundation
import Maintenance
package import PluginKit
import Processes
import Synchronization
import SystemPackage

/// Runs a program as a task.
///
/// The program stays in the process group of the task, so that its end, also a sudden one, ends the program and all that
/// it started.
package struct CommandPlugin: TaskPlugin {
    package static let name = "command"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: CommandConfiguration

    package init(_ configuration: CommandConfiguration) throws {
        try configuration.check()
        self.configuration = configuration
    }

    package func run(in context: TaskContext) async throws -> TaskResult {
        let words = try configuration.words()
        let shown = configuration.shell == nil ? words.joined(separator: " ") : "the script"
        if context.isDryRun { return TaskResult(.ok, "would run \(shown)") }
        let tail = Mutex(LineTail(limit: configuration.outputLines))
        let report: ChildReport
        do {
            let input = try input(context)
            defer { try? input.close() }  // it was only read
            report = try await child(words, input, context).run { line in
                let text = String(decoding: line, as: UTF8.self)
                context.progress(nil, String(text.prefix(300)))
                tail.withLock { $0.add(text) }
            }
        } catch let error as ChildStartError {
            throw TaskFailure("\(error): check that it is there and may be run")
        }
        return conclude(report, tail.withLock { $0 }, shown, context)
    }

    /// A file and not a pipe, so that a program which reads to the end comes to it.
    private func input(_ context: TaskContext) throws -> FileDescriptor {
        let path = context.scratch.appending(".input")
        try DurableFile.write(Array((configuration.input ?? "").utf8), to: path, permissions: .ownerReadWrite)
        return try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    }

    private func child(
        _ words: [String], _ input: FileDescriptor, _ context: TaskContext
    ) throws -> ChildProcess {
        var environment = ProcessInfo.processInfo.environment
        environment.merge(try configuration.variables()) { $1 }
        guard let program = ProgramSearch.find(words[0], path: environment["PATH"], from: context.scratch) else {
            throw TaskFailure("there is no program '\(words[0])' in PATH; name its whole path")
        }
        var child = ChildProcess(
            executable: program, arguments: Array(words.dropFirst()), environment: environment,
            workingDirectory: configuration.workingDirectory.map { FilePath($0) } ?? context.scratch,
            inputFile: input, timeLimit: context.timeLeft, grace: .seconds(5), lineLimit: 1_000_000,
            errorLimit: 256 << 10)
        child.hasOwnGroup = false
        return child
    }

    private func conclude(
        _ report: ChildReport, _ output: LineTail, _ shown: String, _ context: TaskContext
    ) -> TaskResult {
        var errors = LineTail(limit: configuration.outputLines)
        for line in report.errorText.split(whereSeparator: \.isNewline) { errors.add(String(line)) }
        for line in output.lines { context.log(.info, line) }
        for line in errors.lines { context.log(.info, "standard error: \(line)") }
        let left = output.dropped + errors.dropped
        if left > 0 { context.log(.info, "\(left) earlier lines were not kept; see 'output_lines'") }
        switch report.end {
        case .exited(let status):
            context.measure(TaskMeasurement("exit_status", Double(status), .count))
            let outcome = configuration.outcome(status)
            // Who is well says so on standard output, who is not on standard error.
            let words = outcome == .ok ? output.last ?? errors.last : errors.last ?? output.last
            let ended = status == 0 ? "\(shown) ended well" : "\(shown) exited with status \(status)"
            return TaskResult(outcome, ended + (words.map { ": \($0)" } ?? ""))
        case .signalled(let signal): return TaskResult(.critical, "\(shown) was ended by signal \(signal)")
        case .timedOut: return TaskResult(.critical, "\(shown) was stopped: the time limit was over")
        case .cancelled: return TaskResult(.unknown, "\(shown) was stopped")
        case .flooded: return TaskResult(.critical, "\(shown) was stopped: it wrote more than is read here")
        }
    }
}
