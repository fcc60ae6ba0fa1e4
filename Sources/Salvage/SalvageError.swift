package import SystemPackage

/// Why a damaged database could not be repaired: which file, and of what kind the trouble is.
package struct SalvageError: Error, Hashable, CustomStringConvertible {
    /// What a caller may want to tell apart.
    package enum Kind: Hashable, Sendable {
        case missing
        /// A folder, a pipe, a socket or a device.
        case notAFile
        /// Something is at the path of the new database.
        case alreadyExists
        /// In bytes.
        case noRoom(needed: Int, available: Int)
        /// No page of the file is one of a SQLite database, or no row or table was left in it.
        case nothingFound
        /// The file to merge with fails its own check.
        case goodSetDamaged
        case cancelled
        case deadlinePassed
        /// SQLite refused something while the new database was made; its code and words.
        case sqlite(code: Int32, message: String)
    }

    package let kind: Kind
    /// The file the trouble is with.
    package let path: FilePath

    /// The trouble and its place.
    package init(_ kind: Kind, at path: FilePath) {
        self.kind = kind
        self.path = path
    }

    /// One sentence: where, what and what to do.
    package var description: String {
        switch kind {
        case .missing: "\(path): there is no such file; check the path"
        case .notAFile: "\(path): this is not a regular file; name the damaged database itself"
        case .alreadyExists: "\(path): exists already; repair writes a new file only, choose another name"
        case .noRoom(let needed, let available):
            "\(path): the repair needs \(needed) bytes there and \(available) are free; "
                + "free space or choose another folder"
        case .nothingFound:
            "\(path): no rows of a SQLite database were found in this file; restore the last verified backup"
        case .goodSetDamaged: "\(path): the set to merge with is damaged itself; choose another set"
        case .cancelled: "\(path): the repair was cancelled"
        case .deadlinePassed: "\(path): the time limit passed before the repair had ended; allow more time"
        case .sqlite(let code, let message): "\(path): SQLite refused to write it: \(message) (code \(code))"
        }
    }
}
