package import Foundation
package import Maintenance
package import PluginKit
package import Supervision
package import SystemPackage

/// How the process of a plugin is started, and how what it says is understood.
package struct PluginCommand: Sendable {
    /// Absolute path and arguments.
    package let program: [String]
    /// What it reads from its standard input.
    package let input: [UInt8]
    package let hasNoInput: Bool

    /// - Throws: ``UnfitArgument`` where a parameter has no place in arguments.
    package init(
        _ manifest: PluginManifest, _ request: PluginRequest, ronde: FilePath, timeZone: TimeZone
    ) throws {
        switch manifest.program {
        case .compiledIn: program = [ronde.string, "plugin", manifest.name]
        case .executable(let path, let arguments): program = [path] + arguments
        case .check(let path, let words):
            program = [path] + words.flatMap { $0.filled(with: request.with) }
            // The system would end the argument there, and the check would look at something else.
            guard !program.contains(where: { $0.utf8.contains(0) }) else { throw UnfitArgument(plugin: manifest.name) }
        }
        hasNoInput = manifest.isCheck
        input = hasNoInput ? [] : try request.line(timeZone: timeZone)
    }
}

/// A parameter with a NUL byte, which no argument of a program can hold.
package struct UnfitArgument: Error, Hashable, CustomStringConvertible {
    let plugin: String

    package var description: String { "a parameter of '\(plugin)' has a NUL character, which no argument can hold" }
}

extension Confinement {
    /// - Throws: ``UnknownUser`` where the user is there no more.
    package init(_ limits: ProgramLimits, hasNoInput: Bool) throws {
        self.init(
            memory: limits.memory?.bytes, processorTime: limits.processorTime.map { Int($0.seconds.rounded(.up)) },
            user: try limits.user.map { name in
                guard let user = ProgramUser(named: name) else { throw UnknownUser(name: name) }
                return user
            }, hasNoInput: hasNoInput)
    }
}

/// A user that a manifest names, and that the system does not know.
package struct UnknownUser: Error, Hashable, CustomStringConvertible {
    let name: String

    package var description: String { "there is no user '\(name)' on this machine any more" }
}
