package import SystemPackage

/// Why something could not be done to a SQLite file: where, what SQLite said, and of what kind it is.
///
/// A damaged database is an error only where its contents were needed; ``SQLiteFile/check(_:limit:busyTimeout:deadline:)``
/// reports damage as a verdict.
package struct SQLiteFileError: Error, Hashable {
    /// What a caller may want to tell apart.
    package enum Kind: Hashable, Sendable {
        case missing
        /// A folder, a pipe, a socket or a device.
        case notAFile
        /// Empty, too short, encrypted, or another format.
        case notADatabase
        case damaged
        /// Another connection kept its lock for longer than this.
        case busy(after: Duration)
        case permission
        /// The file or its file system refuses writes.
        case readOnly
        case diskFull
        /// A rollback journal of an interrupted write lies beside the file; reading first needs a roll-back.
        case unfinishedWrite
        /// The path leads to another file than the one that was opened.
        case replaced
        /// The destination is there already.
        case alreadyExists
        /// The task was cancelled.
        case cancelled
        case deadlinePassed
        /// Other connections could not write for longer than this, and more would have been needed.
        case heldUpWriters(Duration)
        /// The device or the file system failed.
        case inputOutput
        case other
    }

    /// What a caller may act on.
    package let kind: Kind
    /// The database, or the file that was being made of it.
    package let path: FilePath
    /// What was being done, as in "copy" or "read table users".
    package let operation: String
    /// SQLite's primary result code, or 0 if SQLite was not asked.
    package let code: Int32
    /// SQLite's extended result code, or 0.
    package let extendedCode: Int32
    /// SQLite's or the system's words.
    package let message: String

    /// An error of SQLite or, without a code, of this module or the system.
    package init(
        _ kind: Kind, at path: FilePath, during operation: String, extendedCode: Int32 = 0, message: String = ""
    ) {
        self.kind = kind
        self.path = path
        self.operation = operation
        self.code = extendedCode & 0xff
        self.extendedCode = extendedCode
        self.message = message
    }

    /// The same error, with the whole time that was waited.
    func busy(after waited: Duration) -> SQLiteFileError {
        SQLiteFileError(
            .busy(after: waited), at: path, during: operation, extendedCode: extendedCode, message: message)
    }
}

extension SQLiteFileError: CustomStringConvertible {
    /// Where, what, and what to do.
    package var description: String {
        var sentence = "\(path): cannot \(operation): \(what)"
        if !message.isEmpty { sentence += " (\(message)\(extendedCode == 0 ? "" : ", SQLite code \(extendedCode)"))" }
        if let advice { sentence += "; \(advice)" }
        return sentence
    }

    private var what: String {
        switch kind {
        case .missing: "there is no such file"
        case .notAFile: "this is not a regular file"
        case .notADatabase: "this is not a SQLite database"
        case .damaged: "the database is damaged"
        case .busy(let waited): "another connection held its lock for all of \(waited.formatted)"
        case .permission: "permission denied"
        case .readOnly: "the file or its file system is read-only"
        case .diskFull: "the disk is full"
        case .unfinishedWrite: "a journal of an interrupted write lies beside the file"
        case .replaced: "the file was replaced while it was in use"
        case .alreadyExists: "the file exists already"
        case .cancelled: "cancelled"
        case .deadlinePassed: "the time limit passed"
        case .heldUpWriters(let limit): "it was stopped after holding up writers for \(limit.formatted)"
        case .inputOutput: "reading or writing failed"
        case .other: "SQLite refused"
        }
    }

    private var advice: String? {
        switch kind {
        case .missing: "check the path in the configuration"
        case .notAFile, .notADatabase: "check that the path names the service's database, or restore a backup"
        case .damaged: "run the integrity check, keep this file, and restore the last verified backup"
        case .busy: "look for a long transaction of the service, or allow more time"
        case .permission:
            "run as the owner of the file; a database in WAL mode also needs a folder that may be written"
        case .readOnly: "make the file and its folder writable, or run as its owner"
        case .diskFull: "free space and try again"
        case .unfinishedWrite: "start the service once, so that SQLite rolls the write back, then try again"
        case .replaced: "try again"
        case .alreadyExists: "choose another destination"
        case .inputOutput: "check the disk and the system's log"
        case .cancelled: nil
        case .deadlinePassed: "allow more time"
        case .heldUpWriters: "allow a longer stall in a quiet hour"
        case .other: nil
        }
    }
}

extension Duration {
    /// As in "2.5 s".
    var formatted: String {
        let tenths = (components.seconds * 10) + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
