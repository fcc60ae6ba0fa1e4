import Foundation
import GRDB
import Logging
import SystemPackage

/// The open database, and which file it is.
///
/// A SQLite connection keeps working on a file that was removed or replaced, and what it then writes is lost with it.
/// So every use first compares the file at the path with the one that is open: a file that is gone refuses requests,
/// a new one in its place is opened.
actor DatabaseFile {
    /// One opening of the file.
    struct Opening: Sendable {
        let pool: DatabasePool
        let database: FileIdentity
        let log: FileIdentity?
        let waitLimit: WaitLimit
    }

    nonisolated let path: FilePath
    private let logger: Logger
    private var opening: Opening?
    private var isClosed = false
    /// Whether a file that lost its name already holds all that was written to it.
    private var isSettled = false

    /// Opens the database, or makes one.
    /// - Throws: ``StoreError`` or a `DatabaseError` of SQLite.
    init(path: FilePath, logger: Logger) throws {
        self.path = path
        self.logger = logger
        opening = try Self.open(path)
    }

    /// The database at the path, as it is now.
    /// - Throws: ``StoreError/databaseGone(_:)``, or whatever keeps a file that was put in its place from being opened.
    func current() throws -> Opening {
        guard !isClosed else { throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the database was closed") }
        let found = try FileIdentity(at: path)
        if let opening, opening.database == found {
            isSettled = false
            return opening
        }
        if let opening { settle(opening) }
        guard found != nil else { throw StoreError.databaseGone(path) }
        if let opening {
            try setAsideLog(of: opening)
            self.opening = nil
        }
        let opened = try Self.open(path)
        opening = opened
        logger.warning("\(path): the database file was replaced; using the new one")
        return opened
    }

    /// Whether `opening` still is the file at the path.
    nonisolated func isCurrent(_ opening: Opening) throws -> Bool {
        try FileIdentity(at: path) == opening.database
    }

    /// Moves what the log holds into the database file, and closes it.
    func close() throws {
        guard let opening, !isClosed else { return }
        isClosed = true
        self.opening = nil
        if try !isCurrent(opening) {
            logger.warning("\(path): the file was gone when it was closed")
            return settle(opening)
        }
        // Readers first: only a connection that may write can empty and remove the log, and only if it is the last.
        opening.pool.releaseMemory()
        opening.waitLimit.set(.now + .seconds(2))
        do {
            try opening.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            logger.notice("\(path): another process is reading, so the log keeps the last changes; none is lost")
        }
        try opening.pool.close()
    }

    /// Moves what the log holds into the file that lost its name: it may have been moved, and shall be whole there.
    private func settle(_ opening: Opening) {
        guard !isSettled else { return }
        isSettled = true
        opening.waitLimit.set(.now + .seconds(1))
        do {
            try opening.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } catch {
            logger.error("\(path): what \(path)-wal holds could not be moved into the file that was here: \(error)")
        }
    }

    /// Keeps SQLite from replaying the log of the file before into the file that took its place.
    ///
    /// The index of the log is shared memory that the old connections have mapped; emptied under them, it would end
    /// the process. So both leave their names, before the new file is opened.
    private func setAsideLog(of opening: Opening) throws {
        let log = FilePath(path.string + "-wal")
        guard let ours = opening.log, let found = try FileIdentity(at: log), found == ours else { return }
        if found.size == 0 {
            guard unlink(log.string) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
        } else {
            let aside = FilePath(log.string + ".replaced")
            guard rename(log.string, aside.string) == 0 else { throw Errno(rawValue: errno) }
            logger.warning("\(path): the log of the replaced file was still there; it is now \(aside)")
        }
        let index = path.string + "-shm"
        guard unlink(index) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
    }

    private static func open(_ path: FilePath) throws -> Opening {
        let waitLimit = WaitLimit()
        var configuration = Configuration()
        configuration.label = "users"
        configuration.busyMode = .callback { waitLimit.nap(tries: $0) }
        configuration.prepareDatabase { db in
            // Readers wait in short turns, see UserStore.read: one that is kept waiting must not hold up the others.
            if db.configuration.readonly { try db.execute(sql: "PRAGMA busy_timeout = 200") }
        }
        let pool = try DatabasePool(path: path.string, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            // GRDB sets NORMAL, with which the last commits may be lost with the power; an answer 201 is a promise.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try UsersSchema.prepare(db, path: path)
        }
        guard let database = try FileIdentity(at: path) else { throw StoreError.databaseGone(path) }
        return Opening(
            pool: pool, database: database, log: try FileIdentity(at: FilePath(path.string + "-wal")),
            waitLimit: waitLimit)
    }
}
