import Maintenance
import PluginKit

/// What a checklist says of a command.
package struct CommandConfiguration: Decodable, Sendable {
    var command: [String]?
    var shell: String?
    var workingDirectory: String?
    var environment: [String: JSONValue]?
    var input: String?
    var ok: [Int32]
    var warning: [Int32]
    var outputLines: Int

    package enum CodingKeys: String, CodingKey {
        case command, shell, environment, input, ok, warning
        case workingDirectory = "working_directory"
        case outputLines = "output_lines"
    }

    /// The program and its arguments.
    ///
    /// - Throws: `TaskFailure` where neither or both are named, or the program has no name.
    func words() throws(TaskFailure) -> [String] {
        switch (command, shell) {
        case (let command?, nil):
            guard let program = command.first, !program.isEmpty else {
                throw TaskFailure(.unknown, "command: the first item is the program to run, and there is none")
            }
            return command
        // What fails must not be followed by what counts on it.
        case (nil, let script?): return ["/bin/sh", "-e", "-c", script]
        default: throw TaskFailure(.unknown, "name either 'command', a list, or 'shell', a script")
        }
    }

    /// The variables that are added.
    ///
    /// - Throws: `TaskFailure` for a name that is none, or a value that is no text, number or boolean.
    func variables() throws(TaskFailure) -> [String: String] {
        var variables: [String: String] = [:]
        for (name, value) in environment ?? [:] {
            let isName = name.utf8.allSatisfy { $0 != UInt8(ascii: "=") && $0 != 0 } && !name.isEmpty
            guard isName, let text = Self.text(value), !text.utf8.contains(0) else {
                throw TaskFailure(.unknown, "environment: '\(name)' is not a name with a text")
            }
            variables[name] = text
        }
        return variables
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    /// Checks what the manifest cannot.
    ///
    /// - Throws: `TaskFailure`.
    func check() throws(TaskFailure) {
        _ = try words()
        _ = try variables()
        if let both = ok.first(where: warning.contains) {
            throw TaskFailure(.unknown, "exit status \(both) is both 'ok' and 'warning'")
        }
    }

    /// What an exit status means.
    func outcome(_ status: Int32) -> Outcome {
        if ok.contains(status) { return .ok }
        return warning.contains(status) ? .warning : .critical
    }
}
