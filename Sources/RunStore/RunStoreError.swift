import DurableFiles
import GRDB
package import SystemPackage

/// A record that could not be kept or read; nothing may go on as if it had been.
package struct RunStoreError: Error, CustomStringConvertible {
    /// What was tried, as words that fit after "cannot".
    package let operation: String
    package let path: FilePath
    /// SQLite's primary result code; nil where the trouble is not SQLite's.
    package let code: Int32?
    package let message: String
    private var isNoSpace = false

    init(operation: String, path: FilePath, code: Int32?, message: String) {
        self.operation = operation
        self.path = path
        self.code = code
        self.message = message
    }

    init(_ operation: String, _ path: FilePath, _ error: DatabaseError) {
        self.init(
            operation: operation, path: path, code: error.resultCode.rawValue,
            message: error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
    }

    init(_ operation: String, _ path: FilePath, other error: any Error) {
        self.init(operation: operation, path: path, code: nil, message: "\(error)")
        if let errno = (error as? FileError)?.errno { isNoSpace = errno == .noSpace || errno == .diskQuotaExceeded }
    }

    /// Whether room on the file system of the state folder may be what is missing.
    ///
    /// SQLite says `SQLITE_FULL` for its main file and log, but `SQLITE_IOERR` or `SQLITE_CANTOPEN` where it could not
    /// make the files beside them.
    package var mayBeFullDisk: Bool {
        let codes: [ResultCode] = [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN]
        return isNoSpace || code.map { codes.contains(ResultCode(rawValue: $0)) } ?? false
    }

    package var description: String {
        let remedy =
            switch code.map(ResultCode.init(rawValue:)) {
            case .SQLITE_FULL: "; the file system is full: free space there"
            case .SQLITE_BUSY: "; another process kept it locked: see who has it open, then try again"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                "; the state database is damaged: stop Ronde, move the file away and start again (reports stay)"
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                "; check that this user may write to the state folder"
            case .SQLITE_IOERR: "; check that the disk is sound and has room"
            default: ""
            }
        return "cannot \(operation) in \(path): \(message)\(remedy)"
    }
}
