package import SystemPackage

/// A program to run as a child with limits, which leaves nothing behind.
package struct ChildProcess: Sendable {
    /// Absolute path of the program.
    package var executable: FilePath
    package var arguments: [String]
    /// The whole environment; nothing is inherited.
    package var environment: [String: String]
    package var workingDirectory: FilePath
    /// Written to standard input, which then stays open until the output ends; with ``run(into:)`` it ends at once.
    package var input: [UInt8]
    /// Read by the child as its standard input instead of ``input``, from where it stands; it stays open here.
    package var inputFile: FileDescriptor?
    /// Whether it leads a session and group of its own, all of which ends with it.
    ///
    /// Otherwise it is in the group of this process, and only the child itself is stopped: for processes whose own group
    /// is ended by somebody else.
    package var hasOwnGroup = true
    /// The longest it may run.
    package var timeLimit: Duration
    /// How long it may take to end after SIGTERM, before SIGKILL.
    package var grace: Duration
    /// Asked when the calling task is cancelled: whether the group is killed at once, without SIGTERM and ``grace``.
    package var killsWhenCancelled: @Sendable () -> Bool = { false }
    /// The most it may write to standard output, in bytes; a file that it writes to itself has no limit.
    package var outputLimit: Int
    /// The most lines it may write to standard output.
    package var lineLimit: Int
    /// How much of standard error is kept, in bytes; the rest is read and thrown away.
    package var errorLimit: Int

    package init(
        executable: FilePath, arguments: [String] = [], environment: [String: String] = [:],
        workingDirectory: FilePath = "/", input: [UInt8] = [], inputFile: FileDescriptor? = nil,
        timeLimit: Duration, grace: Duration = .seconds(10), outputLimit: Int = 16 << 20, lineLimit: Int = 100_000,
        errorLimit: Int = 64 << 10
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.input = input
        self.inputFile = inputFile
        self.timeLimit = timeLimit
        self.grace = grace
        self.outputLimit = outputLimit
        self.lineLimit = lineLimit
        self.errorLimit = errorLimit
    }
}

/// How a child ended.
package enum ChildEnd: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// Its time limit was over.
    case timedOut
    /// The task that ran it was cancelled.
    case cancelled
    /// It wrote more bytes or lines than its limits.
    case flooded
}

/// What is left of a child that has ended.
package struct ChildReport: Hashable, Sendable {
    package var end: ChildEnd
    /// The beginning of standard error.
    package var errorText: String
    /// Whether processes of its group outlived it and were killed.
    package var leftStrays: Bool
}

/// A child that could not be started.
package struct ChildStartError: Error, Hashable, CustomStringConvertible {
    package let executable: FilePath
    package let reason: String

    package var description: String { "cannot start \(executable): \(reason)" }
}
