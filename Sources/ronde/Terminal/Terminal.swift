@preconcurrency import Glibc
import Maintenance

/// Standard output for results, standard error for words; colour only where a person sees it.
enum Terminal {
    static var standardOutput: UnsafeMutablePointer<FILE>? { stdout }

    /// Writes a line for people to standard error.
    static func say(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Writes text to a descriptor; a reader that went away is no error.
    static func write(_ text: String, to descriptor: Int32) {
        fflush(stdout)
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(count, 0))
        }
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Columns of the terminal; nil where the output goes elsewhere and nothing should be cut.
    static func width(_ descriptor: Int32 = STDOUT_FILENO) -> Int? {
        guard isTerminal(descriptor) else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Whether colours are wanted: on a terminal, unless `NO_COLOR` is set (no-color.org) or the terminal is dumb.
    static func usesColour(_ descriptor: Int32) -> Bool {
        func isSet(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }
        let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
        return isTerminal(descriptor) && !isSet("NO_COLOR") && !isDumb
    }

    /// `text` in the colour of an outcome, where colours are wanted.
    static func paint(_ text: String, as outcome: Outcome, on descriptor: Int32) -> String {
        guard usesColour(descriptor) else { return text }
        let code =
            switch outcome {
            case .ok: "32"
            case .warning: "33"
            case .critical: "31;1"
            case .unknown: "35"
            case .skipped: "2"
            case .waiting: "36"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
