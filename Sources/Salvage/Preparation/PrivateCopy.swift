import DurableFiles
import Glibc
import SQLiteFile
import SystemPackage

/// A copy of the damaged file in a folder of the repair's own, with or without what lay beside it.
struct PrivateCopy {
    let path: FilePath
    /// The suffixes of the files beside the original that this copy has taken into account.
    let sidecars: [String]
    /// What SQLite thinks of it, and why.
    let verdict: SQLiteVerdict
    let findings: [String]

    static let suffixes = ["-wal", "-journal"]

    /// Copies the bytes and lets SQLite finish or roll back what the sidecars hold, in the copy.
    init(of original: FilePath, sidecars: [String], into folder: FilePath, limits: Limits) throws {
        try Folder.create(folder, permissions: .ownerReadWriteExecute)
        path = folder.appending("copy.db")
        self.sidecars = sidecars
        try Self.copyBytes(of: original, to: path, limits)
        for suffix in sidecars {
            try Self.copyBytes(of: original.sidecar(suffix), to: path.sidecar(suffix), limits)
        }
        var refusal: String?
        do throws(SalvageError) {
            let database = try Database(path, limits: limits)
            try database.run("PRAGMA locking_mode=EXCLUSIVE")
            // Leaves WAL mode, which writes everything into the file itself; and rolls a hot journal back.
            try database.run("PRAGMA journal_mode=DELETE")
            try database.close()
        } catch {
            // SQLite may not even open it: then the bytes are taken as they are.
            guard error.isRefusal || error.isReadOnly else { throw error }
            refusal = error.words
        }
        do {
            let check = try SQLiteFile(path: path).check(
                [.integrity, .foreignKeys], deadline: limits.deadline, scratch: folder)
            // What can be read and not written is no sound database.
            verdict = max(check.verdict, refusal == nil ? .ok : .damaged)
            findings = [refusal].compactMap(\.self) + check.findings.map(\.text)
        } catch let error as SQLiteFileError {
            // Some damage makes SQLite refuse to look at all, as with a schema format of the future.
            guard error.kind == .other || error.kind == .unfinishedWrite else { throw error }
            (verdict, findings) = (.damaged, [error.message])
        }
    }

    private static func copyBytes(of source: FilePath, to destination: FilePath, _ limits: Limits) throws {
        try write(destination, [.create, .exclusiveCreate, .closeOnExec], from: source, limits)
    }

    /// Fills a file that is there already, and is empty.
    static func overwrite(_ destination: FilePath, with source: FilePath, _ limits: Limits) throws {
        try write(destination, [.closeOnExec], from: source, limits)
    }

    private static func write(
        _ destination: FilePath, _ options: FileDescriptor.OpenOptions, from source: FilePath, _ limits: Limits
    ) throws {
        let input = try OpenFile.reading(source)
        do {
            let output = try FileDescriptor.open(
                destination, .writeOnly, options: options, permissions: .ownerReadWrite)
            try output.closeAfter {
                try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
                    while case let count = try input.read(into: buffer), count > 0 {
                        try limits.check()
                        try output.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    }
                }
            }
        } catch let error as Errno {
            throw FileError(operation: "write", path: destination, errno: error)
        }
    }
}

extension FilePath {
    /// The file that a symbolic link leads to, beside which SQLite looks for journals; itself where that cannot be told.
    var resolvingLinks: FilePath {
        withPlatformString { start in
            guard let real = realpath(start, nil) else { return self }
            defer { free(real) }
            return FilePath(platformString: real)
        }
    }

    /// The path of the journal or WAL of a database.
    func sidecar(_ suffix: String) -> FilePath {
        withPlatformString { start in
            var bytes = Array(UnsafeBufferPointer(start: start, count: length))
            bytes += suffix.utf8.map { CChar(bitPattern: $0) } + [0]
            return bytes.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { FilePath(platformString: $0) } ?? self
            }
        }
    }
}
