internal import DurableFiles
internal import Glibc
package import Maintenance
internal import SystemPackage

/// The names in a folder of reports, read part by part: there may be a million.
package struct ReportNames: ~Copyable {
    private let stream: OpaquePointer
    private let folder: FilePath

    private init(owning stream: OpaquePointer, folder: FilePath) { (self.stream, self.folder) = (stream, folder) }

    deinit { closedir(stream) }

    /// Nil where there is no such folder.
    ///
    /// - Throws: ``ReportError/file(_:)`` where it cannot be listed.
    package static func of(_ reports: ReportFolder) throws(ReportError) -> ReportNames? {
        // It closes itself when another program is started.
        let stream = reports.root.withPlatformString { opendir($0) }
        if let stream { return ReportNames(owning: stream, folder: reports.root) }
        let code = Errno(rawValue: errno)
        guard code == .noSuchFileOrDirectory else {
            throw .file(FileError(operation: "list", path: reports.root, errno: code))
        }
        return nil
    }

    /// The next names that a run can have, in no order; fewer than wanted only at the end.
    ///
    /// - Throws: ``ReportError/file(_:)`` where the folder cannot be read on.
    package mutating func next(_ count: Int) throws(ReportError) -> [RunIdentifier] {
        var runs: [RunIdentifier] = []
        while runs.count < count {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else {
                    throw .file(FileError(operation: "list", path: folder, errno: Errno(rawValue: errno)))
                }
                break
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            if let run = name.flatMap(RunIdentifier.init(rawValue:)) { runs.append(run) }
        }
        return runs
    }
}
