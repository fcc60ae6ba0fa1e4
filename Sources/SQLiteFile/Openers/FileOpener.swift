/// Another process that uses a database.
package struct FileOpener: Hashable, Codable, Sendable, CustomStringConvertible {
    /// Its id; nil where the system does not tell, as for a process of another container.
    package let pid: Int32?
    /// The name of its program as the system has it, of at most 15 bytes; empty if it cannot be read.
    package let command: String
    /// Whether it holds a lock on one of the files; a reader or writer that rests between two transactions of a
    /// database with a rollback journal holds none.
    package let holdsLock: Bool

    /// As in `python3 (process 4711)`.
    package var description: String {
        let program = command.isEmpty ? "a program" : command
        return pid.map { "\(program) (process \($0))" } ?? "a process that cannot be named from here"
    }
}

/// Who else uses a database.
package struct FileOpeners: Hashable, Codable, Sendable {
    /// Ordered by process, without this one.
    package let openers: [FileOpener]
    /// How many processes of other users could not be looked into: any of them may have the database open and, unless
    /// it holds a lock, is not among ``openers``.
    package let unseenProcesses: Int

    /// Whether certainly no other process has it open.
    package var isNobody: Bool { openers.isEmpty && unseenProcesses == 0 }
    /// Whether ``openers`` are all there are.
    package var isComplete: Bool { unseenProcesses == 0 }
}
