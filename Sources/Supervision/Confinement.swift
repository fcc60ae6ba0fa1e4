import Glibc

/// What a program may use, and who it is.
package struct Confinement: Hashable, Sendable {
    /// The most address space that each of its processes may have, in bytes.
    package var memory: Int64?
    /// The most processor time that each of its processes may use, in whole seconds.
    package var processorTime: Int?
    /// Nil for whoever runs the supervisor.
    package var user: ProgramUser?
    /// Whether it reads nothing: its standard input is `/dev/null`.
    package var hasNoInput: Bool

    package init(
        memory: Int64? = nil, processorTime: Int? = nil, user: ProgramUser? = nil, hasNoInput: Bool = false
    ) {
        self.memory = memory
        self.processorTime = processorTime
        self.user = user
        self.hasNoInput = hasNoInput
    }

    /// The options of a supervisor that say so.
    var arguments: [String] {
        var arguments: [String] = []
        if let memory { arguments += ["--memory", "\(memory)"] }
        if let processorTime { arguments += ["--processor-time", "\(processorTime)"] }
        if let user { arguments += ["--user", user.argument] }
        if hasNoInput { arguments += ["--input", "none"] }
        return arguments
    }

    /// Takes an option as ``arguments`` wrote it; false for any other.
    mutating func set(_ option: String, _ value: String) -> Bool {
        switch option {
        case "--memory":
            guard let number = Int64(value), number > 0 else { return false }
            memory = number
        case "--processor-time":
            guard let number = Int(value), (1...1 << 40).contains(number) else { return false }
            processorTime = number
        case "--user":
            guard let named = ProgramUser(argument: value) else { return false }
            user = named
        case "--input":
            guard value == "none" else { return false }
            hasNoInput = true
        default: return false
        }
        return true
    }
}
