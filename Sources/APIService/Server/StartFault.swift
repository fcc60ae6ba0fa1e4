import GRDB
import NIOCore
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#endif

/// Why the service could not start, as a sentence, and as one of the exit statuses of sysexits.h.
package struct StartFault: Error, Hashable, CustomStringConvertible {
    /// Where, what, and what to do.
    package let description: String
    /// One of the statuses below.
    package let exitStatus: Int32

    /// The statuses that are used: faulty data, no input, unavailable, input or output, try again later, no permission.
    static let data: Int32 = 65
    static let noInput: Int32 = 66
    static let unavailable: Int32 = 69
    static let inputOutput: Int32 = 74
    static let temporary: Int32 = 75
    static let noPermission: Int32 = 77

    init(_ description: String, exitStatus: Int32) {
        self.description = description
        self.exitStatus = exitStatus
    }

    /// What opening or filling the database at `path` failed of.
    package init(database path: FilePath, error: any Error) {
        switch error {
        case let fault as StartFault: self = fault
        case StoreError.busy:
            self.init("\(path): \(StoreError.busy)", exitStatus: Self.temporary)
        case let error as StoreError: self.init(error.description, exitStatus: Self.data)
        case let error as DatabaseError: self.init(path, error)
        default: self.init("\(path): \(error)", exitStatus: Self.inputOutput)
        }
    }

    private init(_ path: FilePath, _ error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_NOTADB:
            self.init(
                "\(path): this file is no SQLite database; name another one, or move it away to begin with an empty one",
                exitStatus: Self.data)
        case .SQLITE_CORRUPT:
            self.init("\(path): the database is damaged; restore a backup", exitStatus: Self.data)
        case .SQLITE_CANTOPEN:
            self.init(
                "\(path): the database cannot be opened or made; is its folder there, and may this user write to it?",
                exitStatus: Self.noInput)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                "\(path): the database is read-only; let this user write to the file and to its folder",
                exitStatus: Self.noPermission)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init("\(path): another process is holding the database; try again", exitStatus: Self.temporary)
        case .SQLITE_FULL:
            self.init("\(path): there is no room left for the database", exitStatus: Self.inputOutput)
        default:
            self.init(
                "\(path): \(error.message ?? "SQLite failed") (\(error.resultCode))", exitStatus: Self.inputOutput)
        }
    }

    /// What listening at `host` and `port` failed of; nil where the error is of another kind.
    init?(listening host: String, port: Int, error: any Error) {
        if let error = error as? IOError {
            self.init(host, port, error.errnoCode)
        } else if error is SocketAddressError || error is SocketAddressError.UnknownHost {
            self.init(
                "'\(host)' is not an address of this machine; try --host 127.0.0.1", exitStatus: Self.unavailable)
        } else {
            return nil
        }
    }

    private init?(_ host: String, _ port: Int, _ code: Int32) {
        switch code {
        case EADDRINUSE:
            let holder = PortHolder.find(port: port) ?? "another process"
            self.init(
                "port \(port) at \(host) is taken by \(holder); stop it, or choose another port with --port",
                exitStatus: Self.temporary)
        case EACCES:
            self.init(
                "this user may not listen at port \(port); choose one from 1024 on with --port",
                exitStatus: Self.noPermission)
        case EADDRNOTAVAIL:
            self.init("'\(host)' is not an address of this machine; try --host 127.0.0.1", exitStatus: Self.unavailable)
        default: return nil
        }
    }
}
