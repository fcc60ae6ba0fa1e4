import SystemPackage

/// By what the service's process is found.
enum ProcessTarget: Sendable {
    /// Who listens at a TCP port of this machine.
    case port(Int)
    case pidFile(FilePath)
    case unit(String)
    /// Of the program, as it was called or as the process calls itself.
    case name(String)
    case command(CommandPattern)
}

/// Words that a command line is to contain, `*` for anything between them.
struct CommandPattern: Hashable, Sendable {
    let text: String
    private let pieces: [[UInt8]]

    init(_ text: String) {
        self.text = text
        pieces = text.utf8.split(separator: UInt8(ascii: "*")).map(Array.init)
    }

    /// Whether the pieces stand in the line one behind the other; each is taken where it comes first, and so a line is
    /// read once.
    func matches(_ line: String) -> Bool {
        var rest = Array(line.utf8)[...]
        for piece in pieces {
            guard let found = rest.firstRange(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
