import DurableFiles
import Globbing
import Maintenance
import PluginKit
import SystemPackage

/// Which logs a task follows.
struct LogFiles {
    struct Log {
        let path: FilePath
        /// Whether it was named as it is, and not found by a pattern.
        let isLiteral: Bool
        /// Whether it appeared since the last run: then all of it is new.
        let isNew: Bool
    }

    private(set) var found: [Log] = []
    private let files: [PathPattern]
    /// The patterns whose folders could not be listed: what they found before is kept.
    private var unlisted: [PathPattern] = []

    private static let most = 500
    private static let compressedEndings = [".gz", ".zst", ".xz", ".bz2"]

    /// - Parameters:
    ///   - files: the parameter.
    ///   - state: what is known of the runs before.
    ///   - isFirstRun: whether nothing is known of any.
    ///   - report: learns what cannot be found.
    /// - Throws: `TaskFailure` where more files fit than can be followed.
    init(_ files: [PathPattern], known state: LogState, isFirstRun: Bool, _ report: inout LogsReport) throws {
        self.files = files
        for pattern in files {
            let wasThere = !isFirstRun && state.patterns.contains(pattern.description)
            do throws(FileError) {
                let (paths, areMore) = try pattern.paths(limit: Self.most)
                if areMore { report.fail("'\(pattern)' fits more than \(Self.most) files; the others are not read") }
                let living = pattern.literal == nil ? Self.living(paths) : paths
                if living.isEmpty { report.warn("'\(pattern)' fits no file") }
                for path in living where !found.contains(where: { $0.path == path }) {
                    found.append(Log(path: path, isLiteral: pattern.literal != nil, isNew: wasThere))
                }
            } catch {
                unlisted.append(pattern)
                report.fail("\(error)")
            }
        }
        guard found.count <= Self.most else {
            throw TaskFailure(.unknown, "files: \(found.count) files fit, and at most \(Self.most) are followed")
        }
    }

    /// Those that are no rotated versions of others, and not compressed.
    private static func living(_ paths: [FilePath]) -> [FilePath] {
        let names = Set(paths.map(\.string))
        return paths.filter { path in
            let name = path.lastComponent?.string ?? ""
            if compressedEndings.contains(where: name.hasSuffix) { return false }
            return !name.indices.dropFirst().contains { index in
                let stem = String(name[..<index])
                return RotatedFiles.isRotated(name, from: stem) != nil
                    && names.contains(path.removingLastComponent().appending(stem).string)
            }
        }
    }

    /// Whether what is known of a path is to be kept.
    func isWanted(_ path: String) -> Bool {
        if found.contains(where: { $0.path.string == path }) || !unlisted.isEmpty { return true }
        // One that is not there just now, in the middle of its rotation.
        return files.contains { $0.fits(path) }
    }
}
