internal import CArchive
internal import Digests
internal import DurableFiles
package import SystemPackage

/// Why a file could not be compressed, decompressed or trusted: the step, the file and what was said about it.
package struct ArchiveError: Error, Hashable, CustomStringConvertible {
    /// What sort of failure it is, for programs.
    package enum Kind: Hashable, Sendable {
        /// The content is cut short, altered, followed by other bytes, or not of the format it should have.
        case damaged
        /// The content unpacks to more bytes than was allowed.
        case overLimit
        /// It would do harm: reach out of its folder, make a device, a program with the rights of another user and so on.
        case unsafe
        /// It is of a format, or holds something, that is not unpacked here.
        case unsupported
        /// The system or a library failed: disk full, no memory, a setting that is not supported.
        case failed
    }

    package let kind: Kind
    /// What was tried, as words that fit after "cannot": `compress`, `decompress`, `extract`.
    package let operation: String
    package let path: FilePath
    /// The code of libarchive (negative) or of the system (`errno`), 0 for a finding of ours.
    package let code: Int32
    /// Why, in words.
    package let message: String

    package var description: String { "cannot \(operation) '\(path)': \(message)" }

    static func damaged(_ operation: String, _ path: FilePath, _ message: String, code: Int32 = 0) -> ArchiveError {
        ArchiveError(kind: .damaged, operation: operation, path: path, code: code, message: message)
    }

    static func failed(_ operation: String, _ path: FilePath, _ message: String, code: Int32 = 0) -> ArchiveError {
        ArchiveError(kind: .failed, operation: operation, path: path, code: code, message: message)
    }

    static func failed(_ operation: String, _ error: FileError) -> ArchiveError {
        failed(operation, error.path, error.cause, code: error.errno.rawValue)
    }

    static func failed(_ operation: String, _ path: FilePath, _ error: DigestError) -> ArchiveError {
        failed(operation, path, error.description)
    }
}

/// What libarchive says of its last failure on a handle, if it says something.
func archiveMessage(_ archive: OpaquePointer) -> String? {
    archive_error_string(archive).map { String(cString: $0) }
}
