import Maintenance
package import SystemPackage

/// Why an export was not made; nothing of it is left then.
package enum ExportError: Error, Hashable, CustomStringConvertible {
    /// Less room than the export may need, in bytes.
    case noRoom(FilePath, needed: Int, available: Int)
    /// The disk ran short while the export was written.
    case roomRanOut(FilePath, available: Int, reserve: Int)
    /// The name that was asked for, or every name of that second, is taken.
    case alreadyExists(FilePath)
    /// The folder is a file or a symbolic link.
    case notAFolder(FilePath)
    /// A folder of exported tables that lacks something, or a file in it that is not what was written.
    case notAnExport(FilePath, reason: String)

    /// Where, what, and what to do.
    package var description: String {
        switch self {
        case .noRoom(let path, let needed, let available):
            "\(path): no room for the export: up to \(Self.size(needed)) needed, \(Self.size(available)) free;"
                + " free space, compress it, or name another folder. Nothing was changed."
        case .roomRanOut(let path, let available, let reserve):
            "\(path): the export was given up, since its disk has only \(Self.size(available)) left, of which"
                + " \(Self.size(reserve)) are to stay free; free space or name another folder. Nothing was left."
        case .alreadyExists(let path): "\(path): this exists already; name another one, or remove it"
        case .notAFolder(let path):
            "\(path): this is to be a folder for exports, but it is something else; name the folder itself"
        case .notAnExport(let path, let reason): "\(path): \(reason)"
        }
    }

    private static func size(_ bytes: Int) -> String { ByteSize(bytes: Int64(bytes)).description }
}
