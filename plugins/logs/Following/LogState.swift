import DurableFiles
import Foundation
import PluginKit
import SystemPackage

/// What a task knows of its logs from the runs before.
struct LogState: Codable, Hashable {
    /// The run that wrote it.
    var run: String
    /// The parameter `files` of that run: a file that fits one of them and is not known is new.
    var patterns: [String]
    /// By path.
    var trails: [String: LogTrail]
    /// As ``trails`` were before that run: a second attempt is to find what the first one found.
    var before: [String: LogTrail]
    /// As ``patterns`` were before that run.
    var patternsBefore: [String]

    private static let fileName = "positions.json"
    private static let longest = 8 << 20

    /// The state before the first run.
    init() { (run, patterns, trails, before, patternsBefore) = ("", [], [:], [:], []) }

    /// Reads what was kept, as it was before this run.
    ///
    /// - Returns: the state, and why nothing of it can be used where it is damaged.
    static func read(for context: TaskContext) throws -> (state: LogState, fault: String?) {
        let path = try context.stateFolder().appending(fileName)
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try DurableFile.read(path, limit: longest)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return (LogState(), nil) }
            throw error
        }
        guard var state = try? JSONDecoder().decode(LogState.self, from: Data(bytes)) else {
            return (LogState(), "'\(path)' is damaged: the logs are followed from their ends, as in a first run")
        }
        if state.run == context.run, context.attempt > 1 {
            (state.trails, state.patterns) = (state.before, state.patternsBefore)
        }
        return (state, nil)
    }

    /// Notes where this run left the logs.
    ///
    /// - Throws: `FileError`, `EncodingError`.
    func write(_ trails: [String: LogTrail], _ patterns: [String], for context: TaskContext) throws {
        var state = self
        (state.run, state.before, state.patternsBefore) = (context.run, self.trails, self.patterns)
        (state.trails, state.patterns) = (trails, patterns)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let path = try context.stateFolder().appending(Self.fileName)
        try DurableFile.write(Array(try encoder.encode(state)), to: path, permissions: .ownerReadWrite)
    }
}
