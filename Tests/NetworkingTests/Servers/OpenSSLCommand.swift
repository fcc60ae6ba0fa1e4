import Glibc

/// A run of the `openssl` command.
///
/// Not Foundation's `Process`: its way of waiting never ends once Swift Testing watches the process of an exit test.
struct OpenSSLCommand: ~Copyable {
    struct Trouble: Error {
        var words: String
    }

    static let path = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first { (path: String) in access(path, X_OK) == 0 }

    private let process: pid_t
    private let output: Int32

    /// Starts the command; its standard output can be read line by line.
    init(_ arguments: [String]) throws {
        guard let path = Self.path else { throw Trouble(words: "no openssl here") }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Trouble(words: "pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        let (code, child) = Self.spawn(path, arguments, output: ends[1])
        guard code == 0 else {
            close(ends[0])
            throw Trouble(words: "posix_spawn: errno \(code)")
        }
        (process, output) = (child, ends[0])
    }

    private static func spawn(_ path: String, _ arguments: [String], output: Int32) -> (code: Int32, pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words = ([path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        return (posix_spawn(&process, path, &actions, nil, words + [nil], environ), process)
    }

    /// Returns the first line that begins with `start`; nil if the command ends without one.
    func line(beginning start: String) -> Substring? {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 256)
        while case let count = read(output, &buffer, buffer.count), count > 0 {
            text += String(decoding: buffer[..<count], as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = lines.first(where: { $0.hasPrefix(start) }) { return line }
        }
        return nil
    }

    /// Waits for the end of the command, after a signal if one is given.
    ///
    /// - Returns: its status as `waitpid` gives it.
    @discardableResult
    consuming func end(signal: Int32 = 0) -> Int32 {
        if signal != 0 { kill(process, signal) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        close(output)
        return status
    }

    /// Runs the command to its end, which must be a good one.
    static func run(_ arguments: [String]) throws {
        let status = try OpenSSLCommand(arguments).end()
        guard status == 0 else { throw Trouble(words: "openssl \(arguments[0]): wait status \(status)") }
    }
}
