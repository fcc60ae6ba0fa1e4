import Glibc

/// Asks a person before something is done that is not easily undone.
enum Confirmation {
    /// The answer to a yes-or-no question; nil where nobody is there to ask.
    static func ask(_ question: String) -> Bool? {
        guard Terminal.isTerminal(STDIN_FILENO), Terminal.isTerminal(STDERR_FILENO) else { return nil }
        Terminal.write("\(question) [y/N] ", to: STDERR_FILENO)
        guard let answer = readLine() else {
            Terminal.say("")
            return false
        }
        return ["y", "yes"].contains(answer.trimmed.lowercased())
    }
}

extension String {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.prefix { $0 != " " && $0 != "\t" && $0 != "\r" }
    }
}
