import GRDBSQLite
import Glibc

extension SQLiteFileError.Kind {
    /// What a result code of SQLite means to a maintainer.
    ///
    /// Several codes (`CANTOPEN`, `IOERR`) hide the true cause in the system's `errno`; that is asked first.
    /// Source: sqlite.org/rescode.html.
    init(extendedCode: Int32, systemError: Int32) {
        switch extendedCode & 0xff {
        case SQLITE_NOTADB: self = .notADatabase
        case SQLITE_CORRUPT: self = .damaged
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy(after: .zero)
        case SQLITE_PERM, SQLITE_AUTH: self = .permission
        case SQLITE_FULL: self = .diskFull
        case SQLITE_INTERRUPT: self = .cancelled
        case SQLITE_READONLY: self = Self(readOnly: extendedCode)
        case SQLITE_CANTOPEN, SQLITE_IOERR: self = Self(systemError: systemError)
        default: self = .other
        }
    }

    private init(readOnly extendedCode: Int32) {
        // Numbers, since Swift does not import macros that compute.
        switch extendedCode {
        case 776: self = .unfinishedWrite  // _ROLLBACK
        case 1032: self = .replaced  // _DBMOVED
        case 264, 520, 1288, 1544: self = .permission  // _RECOVERY, _CANTLOCK, _CANTINIT, _DIRECTORY
        default: self = .readOnly
        }
    }

    private init(systemError: Int32) {
        switch systemError {
        case ENOENT, ENOTDIR: self = .missing
        case EACCES, EPERM: self = .permission
        case EROFS: self = .readOnly
        case ENOSPC, EDQUOT: self = .diskFull
        case EISDIR: self = .notAFile
        case EEXIST: self = .alreadyExists
        default: self = .inputOutput
        }
    }

    /// The same for a failed system call.
    init(failedCall error: Int32) { self.init(systemError: error) }
}

/// The system's words for an error number.
func systemMessage(_ error: Int32) -> String {
    strerror(error).map { String(cString: $0) } ?? "error \(error)"
}
