/// What is wrong with an entry, as words that follow its name.
struct EntryFault: Error {
    let kind: ArchiveError.Kind
    let message: String

    static func unsafe(_ message: String) -> EntryFault { EntryFault(kind: .unsafe, message: message) }
    static func damaged(_ message: String) -> EntryFault { EntryFault(kind: .damaged, message: message) }
    static func overLimit(_ message: String) -> EntryFault { EntryFault(kind: .overLimit, message: message) }
    static func unsupported(_ message: String) -> EntryFault { EntryFault(kind: .unsupported, message: message) }
}

/// What is wrong, and with which entry; with the archive itself if there is no name.
struct EntryProblem: Error {
    let name: [UInt8]?
    let fault: EntryFault
}
