import DurableFiles
import Foundation
package import SystemPackage

extension SQLiteFile {
    /// Looks for damage in a file that may not even be a database, and changes nothing.
    ///
    /// A file with the journal of an interrupted write beside it cannot be read as it is, and to roll it back would
    /// change it: it is copied with its journal into a folder of its own below `scratch`, and the copy is checked.
    ///
    /// - Parameters:
    ///   - checks: what to look for.
    ///   - limit: the largest number of findings of each check.
    ///   - busyTimeout: how long to wait for a lock of another connection, each time.
    ///   - deadline: when the check must have ended.
    ///   - scratch: where a private copy may be made; by default where SQLite keeps its temporary files.
    /// - Returns: the verdict, also for what is no database at all.
    /// - Throws: ``SQLiteFileError`` when it could not look: `missing`, `notAFile`, `busy`, `permission`, `cancelled`, ...
    package func check(
        _ checks: SQLiteChecks, limit: Int = 100, busyTimeout: Duration = .seconds(5),
        deadline: ContinuousClock.Instant? = nil, scratch: FilePath? = nil
    ) throws -> SQLiteCheckReport {
        do {
            return try open(busyTimeout: busyTimeout, deadline: deadline).check(checks, limit: limit)
        } catch let error as SQLiteFileError {
            if error.kind == .unfinishedWrite {
                return try checkPrivateCopy(checks, limit: limit, deadline: deadline, scratch: scratch)
            }
            guard let verdict = error.verdict else { throw error }
            return SQLiteCheckReport(
                verdict: verdict, findings: [SQLiteFinding(error.message)], foreignKeyViolations: 0,
                checkedConstraints: false, usedPrivateCopy: false, duration: .zero)
        }
    }

    private func checkPrivateCopy(
        _ checks: SQLiteChecks, limit: Int, deadline: ContinuousClock.Instant?, scratch: FilePath?
    ) throws -> SQLiteCheckReport {
        let source = try ResolvedFile(path).path
        let folder = (scratch ?? Self.temporaryFolder() ?? "/tmp").appending("ronde-check-\(UUID().uuidString)")
        try Folder.create(folder, permissions: .ownerReadWriteExecute)
        // What is left behind if this fails is a copy in a folder for temporary files.
        defer { try? Folder.removeTree(folder) }
        let copy = folder.appending("copy.db")
        try copyBytes(of: source, to: copy)
        try copyBytes(of: source.sidecar("-journal"), to: copy.sidecar("-journal"))
        do {
            let target = try ResolvedFile(copy)
            let patience = Patience(busyTimeout: .seconds(5), deadline: deadline)
            let report = try SQLiteConnection(target, mode: .readWrite, patience: patience).check(checks, limit: limit)
            return report.ofPrivateCopy
        } catch let error as SQLiteFileError {
            // Words about the copy's path would puzzle.
            throw SQLiteFileError(
                error.kind, at: path, during: error.operation, extendedCode: error.extendedCode,
                message: error.message)
        }
    }

    /// Copies a file that no connection of this process has open.
    private func copyBytes(of source: FilePath, to destination: FilePath) throws {
        let input = try OpenFile.reading(source)
        do {
            let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .closeOnExec]
            let output = try FileDescriptor.open(
                destination, .writeOnly, options: options, permissions: .ownerReadWrite)
            try output.closeAfter {
                try withUnsafeTemporaryAllocation(byteCount: 1 << 17, alignment: 16) { buffer in
                    while true {
                        let count = try input.read(into: buffer)
                        if count == 0 { return }
                        try output.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    }
                }
            }
        } catch let error as Errno {
            throw SQLiteFileError(
                .init(failedCall: error.rawValue), at: destination, during: "make a private copy to check",
                message: systemMessage(error.rawValue))
        }
    }
}

extension SQLiteCheckReport {
    fileprivate var ofPrivateCopy: SQLiteCheckReport {
        SQLiteCheckReport(
            verdict: verdict, findings: findings, foreignKeyViolations: foreignKeyViolations,
            checkedConstraints: checkedConstraints, usedPrivateCopy: true,
            duration: duration)
    }
}
