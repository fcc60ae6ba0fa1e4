import DurableFiles
import Foundation
import Glibc
import Maintenance
import PluginKit
import Processes
import Runner
import Supervision
import Synchronization
import SystemPackage

/// One start of a plugin, in folders of its own.
struct Rehearsal: Sendable {
    /// What disturbs the plugin.
    enum Disturbance: Sendable {
        case none
        /// SIGTERM before it gets its request.
        case toldWhileWaiting
        /// SIGTERM after its first word, or a moment after its request.
        case toldWhileWorking
        /// Its input ends without a request.
        case inputEndsAtOnce
        /// Its input ends after its first word, or a moment after its request.
        case inputEndsWhileWorking
    }

    /// What was seen of it.
    struct Observation: Sendable {
        var end: ChildEnd
        /// Standard output, line by line.
        var lines: [[UInt8]]
        var errorText: String
        /// From its start to its end.
        var time: Duration
        /// From the disturbance to its end; nil where there was none, or it ended by itself before.
        var timeToEnd: Duration?
    }

    let subject: Subject
    let scratch: FilePath
    let state: FilePath
    static let outputLimit = ByteSize(bytes: 16 << 20)
    static let lineLimit = 100_000
    /// How long a plugin may take to be where it waits, or works.
    private static let moment = Duration.milliseconds(500)

    /// The request as it is sent, changed by `change`.
    func request(isDryRun: Bool = false, change: (inout [String: JSONValue]) -> Void = { _ in }) throws -> [UInt8] {
        let now = Date()
        let limit = subject.manifest.timeLimit.seconds
        let request = PluginRequest(
            run: "check-1", task: "check", attempt: 1, plugin: subject.manifest.name, service: subject.service,
            with: subject.with, dryRun: isDryRun, nominalTime: now, deadline: now.addingTimeInterval(limit),
            scratch: scratch.string, state: subject.manifest.keepsState ? state.string : nil)
        let whole = try JSONDecoder().decode(JSONValue.self, from: Data(request.line(timeZone: .gmt)))
        guard case .object(var members) = whole else { return [] }
        change(&members)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try [UInt8](encoder.encode(JSONValue.object(members))) + [0x0A]
    }

    /// Starts the plugin and watches it to its end.
    ///
    /// - Throws: where it cannot be started.
    func run(_ request: [UInt8], _ disturbance: Disturbance = .none) async throws -> Observation {
        var child = try child(request, disturbance)
        var pipe: InputPipe?
        if disturbance == .inputEndsAtOnce { pipe = try InputPipe([]) }
        if disturbance == .inputEndsWhileWorking { pipe = try InputPipe(request) }
        if disturbance == .inputEndsAtOnce { pipe?.end() }
        // It stays open here until all is over.
        defer { withExtendedLifetime(pipe) {} }
        child.inputFile = pipe?.reader
        let heard = HeardLines()
        let start = ContinuousClock.now
        let comesLater = [.toldWhileWaiting, .toldWhileWorking, .inputEndsWhileWorking].contains(disturbance)
        let (report, told) = try await withThrowingTaskGroup(
            of: ChildReport?.self, returning: (ChildReport, ContinuousClock.Instant?).self
        ) { [child, pipe] group in
            group.addTask { try await child.run { heard.receive($0) } }
            if comesLater { group.addTask { await Self.wait(for: heard, atMost: Self.moment) } }
            var told: ContinuousClock.Instant?
            while let step = try await group.next() {
                if let report = step { return (report, told) }
                told = .now
                if let pipe { pipe.end() } else { group.cancelAll() }
            }
            throw CancellationError()
        }
        let end = ContinuousClock.now
        return Observation(
            end: report.end, lines: heard.lines, errorText: report.errorText, time: end - start,
            timeToEnd: told.map { end - $0 })
    }

    private static func wait(for heard: HeardLines, atMost limit: Duration) async -> ChildReport? {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in heard.first { return } }
            // Cancelled means that the plugin has ended, and nobody waits any more.
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        return nil
    }

    private func child(_ request: [UInt8], _ disturbance: Disturbance) throws -> ChildProcess {
        let limit = subject.manifest.timeLimit.duration
        let bare = PluginRequest(
            run: "", task: "", attempt: 1, plugin: "", service: subject.service, with: subject.with, dryRun: false,
            nominalTime: .now, deadline: .now, scratch: scratch.string)
        let command = try PluginCommand(subject.manifest, bare, ronde: subject.ronde, timeZone: .gmt)
        var program = command.program
        var timeLimit = limit
        if disturbance == .inputEndsAtOnce {
            // The supervisor would end it at once; here the plugin itself is to notice.
            timeLimit = subject.grace
        } else {
            let order = SupervisorOrder(
                program: program, grace: subject.grace, purpose: "a check of \(subject.manifest.name)",
                confinement: try Confinement(subject.manifest.limits, hasNoInput: command.hasNoInput))
            program = [subject.supervisor.executable.string] + subject.supervisor.arguments + order.arguments
        }
        let isUnasked = disturbance == .toldWhileWaiting || subject.manifest.isCheck
        return ChildProcess(
            executable: FilePath(program[0]), arguments: Array(program.dropFirst()), environment: subject.environment,
            workingDirectory: scratch, input: isUnasked ? [] : request, timeLimit: timeLimit, grace: subject.grace,
            outputLimit: Int(Self.outputLimit.bytes), lineLimit: Self.lineLimit)
    }
}

/// What a plugin has said so far.
private final class HeardLines: Sendable {
    private let kept = Mutex<[[UInt8]]>([])
    /// Has an element as soon as there is a line.
    let first: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init() { (first, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1)) }

    var lines: [[UInt8]] { kept.withLock { $0 } }

    func receive(_ line: [UInt8]) {
        kept.withLock { $0.append(line) }
        signal.yield()
    }
}

/// A pipe whose writer goes away when it is told to.
private final class InputPipe: Sendable {
    let reader: FileDescriptor
    private let writer: Mutex<FileDescriptor?>

    /// A pipe with `bytes` in it: it holds 64 KiB, and a request is smaller.
    ///
    /// - Throws: the system's error where there can be no further pipe.
    init(_ bytes: [UInt8]) throws {
        let (reader, writer) = try FileDescriptor.pipe()
        self.reader = reader
        self.writer = Mutex(writer)
        // Another child that inherited the writer would keep this pipe open.
        _ = fcntl(writer.rawValue, F_SETFD, FD_CLOEXEC)
        try writer.writeAll(bytes)
    }

    /// Lets the reader see the end of its input.
    func end() {
        writer.withLock { writer in
            try? writer?.close()  // nothing is lost: the bytes are in the pipe
            writer = nil
        }
    }

    deinit {
        end()
        try? reader.close()  // only this check could read it
    }
}
