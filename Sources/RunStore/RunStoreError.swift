import GRDB
package import SystemPackage

/// A record that could not be kept or read; nothing may go on as if it had been.
package struct RunStoreError: Error, CustomStringConvertible {
    /// What was tried: `open`, `claim a firing`, …
    package let operation: String
    package let path: FilePath
    /// SQLite's primary result code; nil where the trouble is not SQLite's.
    package let code: Int32?
    package let message: String

    /// Whether the file system holding the state folder is full.
    package var isDiskFull: Bool { code == ResultCode.SQLITE_FULL.rawValue }

    package var description: String {
        let remedy =
            switch code.map(ResultCode.init(rawValue:)) {
            case .SQLITE_FULL: "; the file system is full: free space there"
            case .SQLITE_BUSY: "; another process kept it locked: see who has it open, then try again"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                "; the state database is damaged: stop Ronde, move the file away and start again (reports stay)"
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                "; check that this user may write to the state folder"
            default: ""
            }
        return "cannot \(operation) in \(path): \(message)\(remedy)"
    }
}
