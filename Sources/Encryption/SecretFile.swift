import DurableFiles
import Foundation
import Glibc
import SystemPackage

/// Files with secrets, which are looked at before any program is given their names.
enum SecretFile {
    /// The longest file of identities or passphrase that is read, in bytes.
    private static let longest = 1 << 20

    /// The absolute path of a file of age identities.
    ///
    /// - Throws: ``EncryptionError`` when others have access to it; `FileError` when it cannot be read.
    static func identities(_ path: FilePath) throws -> FilePath {
        _ = try bytes(of: path, .decrypting)
        return path.absolute
    }

    /// The absolute path of a file with a passphrase in its first line.
    ///
    /// - Throws: ``EncryptionError`` when others have access to it or it is empty; `FileError` when it cannot be read.
    static func passphrase(_ path: FilePath) throws -> FilePath {
        let line = try bytes(of: path, .encrypting).prefix { $0 != UInt8(ascii: "\n") }
        guard !line.isEmpty else {
            throw EncryptionError(.encrypting, path, .secretUnusable("its first line, the passphrase, is empty"))
        }
        guard !line.contains(0) else {
            throw EncryptionError(.encrypting, path, .secretUnusable("its first line contains a zero byte"))
        }
        return path.absolute
    }

    /// The rule of ssh for its keys: nobody but the owner, if that is us.
    ///
    /// A file of someone else, such as a credential of systemd, may be given to our group to be read.
    private static func bytes(of path: FilePath, _ operation: EncryptionError.Operation) throws -> [UInt8] {
        guard let facts = try FileFacts.of(path, followingLinks: true) else {
            throw FileError(operation: "open", path: path, errno: .noSuchFileOrDirectory)
        }
        guard facts.kind == .file else { throw EncryptionError(operation, path, .secretUnusable("it is not a file")) }
        let forOthers: FilePermissions =
            facts.owner == geteuid()
            ? [.groupReadWriteExecute, .otherReadWriteExecute] : [.groupWrite, .otherReadWriteExecute]
        guard facts.permissions.isDisjoint(with: forOthers) else {
            throw EncryptionError(operation, path, .secretExposed(facts.permissions))
        }
        return try DurableFile.read(path, limit: longest)
    }
}

extension FilePath {
    /// The path from the root, so that no program takes it for an option or looks for it elsewhere.
    var absolute: FilePath {
        isAbsolute ? self : FilePath(FileManager.default.currentDirectoryPath).pushing(self)
    }
}

/// An empty folder that only we may enter, removed when this value ends.
struct PrivateFolder: ~Copyable {
    let path: FilePath

    private init(owning path: FilePath) { self.path = path }

    /// - Throws: `FileError` when the folder for temporary files is missing or closed to us.
    static func make() throws(FileError) -> PrivateFolder {
        let place = FilePath(FileManager.default.temporaryDirectory.path)
        while true {
            let name = "ronde-gpg-\(String(UInt64.random(in: .min ... .max), radix: 36))"
            let path = place.appending(name)
            if path.withPlatformString({ mkdir($0, 0o700) }) == 0 { return PrivateFolder(owning: path) }
            let code = Errno(rawValue: errno)
            if code != .fileExists { throw FileError(operation: "create the folder", path: path, errno: code) }
        }
    }

    deinit {
        // Nobody can be told; what stays is a folder with a random seed and no secret.
        try? Folder.removeTree(path)
    }
}
