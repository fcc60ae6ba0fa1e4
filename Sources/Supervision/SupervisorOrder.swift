package import DurableFiles

/// What a supervisor is told to do, on its way through the arguments of its process.
package struct SupervisorOrder: Hashable, Sendable {
    /// Absolute path and arguments of the program.
    package var program: [String]
    /// How long the program's group may take to end after SIGTERM.
    package var grace: Duration
    /// Added to the niceness of the session, 0 to 19.
    package var nice: Int
    /// What the locks say of their holder.
    package var purpose: String
    /// Held while the program runs, in the order in which everybody takes them.
    package var locks: [WorkLock]
    package var confinement: Confinement

    package init(
        program: [String], grace: Duration, nice: Int = 0, purpose: String = "", locks: [WorkLock] = [],
        confinement: Confinement = Confinement()
    ) {
        self.program = program
        self.grace = grace
        self.nice = nice
        self.purpose = purpose
        self.locks = locks
        self.confinement = confinement
    }

    /// The order as ``init(arguments:)`` reads it.
    package var arguments: [String] {
        ["--grace", "\(grace / .milliseconds(1))", "--nice", "\(nice)", "--purpose", purpose]
            + locks.flatMap { ["--lock", $0.argument] } + confinement.arguments + ["--"] + program
    }

    /// Reads the arguments that ``arguments`` wrote; no person types them.
    ///
    /// - Throws: ``SupervisorFailure`` for anything else.
    package init(arguments: [String]) throws(SupervisorFailure) {
        self.init(program: [], grace: .seconds(10))
        var rest = arguments[...]
        while let option = rest.popFirst() {
            if option == "--" {
                program = Array(rest)
                break
            }
            guard let value = rest.popFirst(), set(option, value) else { throw .order(option) }
        }
        guard !program.isEmpty else { throw .order("--") }
    }

    private mutating func set(_ option: String, _ value: String) -> Bool {
        switch option {
        case "--grace":
            guard let number = Double(value), (0...86_400_000).contains(number) else { return false }
            grace = .milliseconds(number)
        case "--nice":
            guard let number = Int(value), (0...19).contains(number) else { return false }
            nice = number
        case "--purpose": purpose = value
        case "--lock":
            guard let lock = WorkLock(argument: value) else { return false }
            locks.append(lock)
        default: return confinement.set(option, value)
        }
        return true
    }

    /// Takes the locks and runs the program to its end; see ``Supervisor/run()``.
    ///
    /// - Returns: the exit status of the program; 3 where whoever gave the order was gone before the program began.
    /// - Throws: ``SupervisorFailure`` where the program did not begin.
    package func carryOut() throws(SupervisorFailure) -> Int32 {
        let held: [FileLock]?
        do {
            held = try WorkLock.take(locks, purpose: purpose) { Supervisor.isWatched }
        } catch {
            throw .lock(error)
        }
        guard held != nil else { return 3 }
        defer { withExtendedLifetime(held) {} }
        return try Supervisor(program: program, grace: grace, nice: nice, confinement: confinement).run()
    }
}

/// Why a supervisor did not start its program.
package enum SupervisorFailure: Error, Hashable, CustomStringConvertible {
    /// An option that is unknown, or whose value is.
    case order(String)
    case lock(FileError)
    /// The program, and the system's reason.
    case start(program: String, reason: String)

    package var description: String {
        switch self {
        case .order(let option): "the supervisor does not understand '\(option)'; Ronde starts it, people do not"
        case .lock(let error): "\(error)"
        case .start(let program, let reason): "cannot start \(program): \(reason)"
        }
    }

    /// The exit status that tells of it (sysexits.h).
    package var status: Int32 {
        switch self {
        case .order: 64
        case .lock: 74
        case .start: 66
        }
    }
}
