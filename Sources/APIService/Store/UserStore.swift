package import Foundation
import GRDB
package import Logging
package import SystemPackage

/// The users, in a SQLite file in WAL mode.
///
/// A change that returned survives the death of the process and the loss of power. Every call ends within seconds,
/// whatever other processes do to the file.
package struct UserStore: Sendable {
    /// How long a request may wait for other processes.
    package static let patience = Duration.seconds(5)

    private let file: DatabaseFile
    private let clock: @Sendable () -> Date

    /// The path of the database, as it was given.
    package var path: FilePath { file.path }

    /// Opens the database at `path`, or makes one with an empty table.
    /// - Parameters:
    ///   - path: the database file; its folder must be there.
    ///   - logger: where a replaced file is noted.
    ///   - clock: what time it is when a user is added.
    /// - Throws: ``StoreError`` or a `DatabaseError` of SQLite; ``StartFault`` makes a sentence of either.
    package init(path: FilePath, logger: Logger, clock: @escaping @Sendable () -> Date = { Date() }) throws {
        file = try DatabaseFile(path: path, logger: logger)
        self.clock = clock
    }

    /// Moves what the log holds into the database file, and closes it.
    ///
    /// Nothing may be asked of the store afterwards.
    /// - Throws: a `DatabaseError` of SQLite.
    package func close() async throws {
        try await file.close()
    }

    /// How many users there are.
    /// - Throws: ``StoreError`` or a `DatabaseError` of SQLite.
    package func count(within limit: Duration = patience) async throws -> Int {
        try await read(within: limit) { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM users") ?? 0
        }
    }

    /// Reads a row of the table, if there is one: whoever can do this can serve.
    /// - Throws: ``StoreError`` or a `DatabaseError` of SQLite.
    package func probe(within limit: Duration) async throws {
        try await read(within: limit) { db in
            _ = try Int64.fetchOne(db, sql: "SELECT id FROM users LIMIT 1")
        }
    }

    /// The size of the database file in bytes, without its log.
    /// - Throws: ``StoreError/databaseGone(_:)``.
    package func size() throws -> Int64 {
        guard let found = try FileIdentity(at: path) else { throw StoreError.databaseGone(path) }
        return found.size
    }

    /// The users that match, in the order of their numbers.
    /// - Throws: ``StoreError`` or a `DatabaseError` of SQLite.
    package func list(_ query: UserQuery) async throws -> UserPage {
        // LIKE compares ASCII letters without regard to case, others exactly.
        let pattern = query.search.map { "%" + Self.escaped($0) + "%" }
        let filter = pattern == nil ? "" : #"WHERE name LIKE :pattern ESCAPE '\' OR email LIKE :pattern ESCAPE '\'"#
        let arguments: StatementArguments = pattern.map { ["pattern": $0] } ?? StatementArguments()
        return try await read(within: Self.patience) { db in
            let total = try Int.fetchOne(db, sql: "SELECT count(*) FROM users \(filter)", arguments: arguments) ?? 0
            let page: StatementArguments = ["limit": query.limit, "offset": query.offset]
            let users = try Self.users(
                db, "\(filter) ORDER BY id LIMIT :limit OFFSET :offset", arguments &+ page)
            return UserPage(users: users, total: total, limit: query.limit, offset: query.offset)
        }
    }

    /// The user with the number `id`.
    /// - Throws: ``StoreError/noSuchUser(_:)``.
    package func user(_ id: Int64) async throws -> User {
        try await read(within: Self.patience) { db in try Self.user(db, id) }
    }

    /// Adds a user.
    /// - Throws: ``StoreError/duplicateEmail(_:)``.
    package func add(name: String, email: String) async throws -> User {
        let now = Timestamp.stored(clock())
        return try await write { db in
            try Self.refuseDuplicate(db, email: email, except: nil)
            try db.execute(
                sql: "INSERT INTO users (name, email, created_at) VALUES (?, ?, ?)", arguments: [name, email, now])
            return try Self.user(db, db.lastInsertedRowID)
        }
    }

    /// Gives a user the fields that are there, and leaves the others as they are.
    /// - Throws: ``StoreError/noSuchUser(_:)``, ``StoreError/duplicateEmail(_:)``.
    package func change(_ id: Int64, to fields: UserFields) async throws -> User {
        try await write { db in
            _ = try Self.user(db, id)
            if let email = fields.email { try Self.refuseDuplicate(db, email: email, except: id) }
            try db.execute(
                sql: "UPDATE users SET name = coalesce(?, name), email = coalesce(?, email) WHERE id = ?",
                arguments: [fields.name, fields.email, id])
            return try Self.user(db, id)
        }
    }

    /// Removes a user.
    /// - Throws: ``StoreError/noSuchUser(_:)``.
    package func remove(_ id: Int64) async throws {
        try await write { db in
            try db.execute(sql: "DELETE FROM users WHERE id = ?", arguments: [id])
            guard db.changesCount > 0 else { throw StoreError.noSuchUser(id) }
        }
    }
}

extension UserStore {
    /// Reads in one transaction, so that what it finds fits together.
    private func read<Value: Sendable>(
        within limit: Duration, _ work: @Sendable (Database) throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        let pool = try await file.current().pool
        while true {
            do {
                return try await pool.read { db in try work(db) }
            } catch let error as DatabaseError where error.isAboutALock {
                guard ContinuousClock.now < deadline else { throw StoreError.busy }
                try Task.checkCancellation()
            }
        }
    }

    /// Writes in one transaction that holds the lock from its start, and returns once it is on the disk.
    func write<Value: Sendable>(_ work: @Sendable (Database) throws -> Value) async throws -> Value {
        let deadline = ContinuousClock.now + Self.patience
        let opening = try await file.current()
        let value: Value
        do {
            value = try await opening.pool.writeWithoutTransaction { db in
                // On a busy machine the deadline may have passed already: then the lock must be free at once.
                opening.waitLimit.set(deadline)
                try db.beginTransaction(.immediate)
                do {
                    let value = try work(db)
                    try db.commit()
                    return value
                } catch {
                    // SQLite ends some transactions by itself, on a full disk for one.
                    if db.isInsideTransaction { try db.rollback() }
                    throw error
                }
            }
        } catch let error as DatabaseError where error.isAboutALock {
            throw StoreError.busy
        }
        guard try file.isCurrent(opening) else { throw StoreError.replacedMeanwhile(path) }
        return value
    }

    /// A conversion in SQL: a column of another service may hold any type, and must not surprise the decoder.
    private static func users(_ db: Database, _ rest: String, _ arguments: StatementArguments) throws -> [User] {
        let columns = ["name", "email", "created_at"].map { "coalesce(CAST(\($0) AS TEXT), '') AS \($0)" }
        let rows = try Row.fetchCursor(
            db, sql: "SELECT id, \(columns.joined(separator: ", ")) FROM users \(rest)", arguments: arguments)
        var users: [User] = []
        while let row = try rows.next() {
            users.append(
                User(
                    id: row["id"], name: row["name"], email: row["email"],
                    createdAt: Timestamp.answer(stored: row["created_at"])))
        }
        return users
    }

    private static func user(_ db: Database, _ id: Int64) throws -> User {
        guard let user = try users(db, "WHERE id = ?", [id]).first else { throw StoreError.noSuchUser(id) }
        return user
    }

    /// Asked inside the writing transaction, so that of two clients one is refused even where the table of another
    /// service has no UNIQUE.
    private static func refuseDuplicate(_ db: Database, email: String, except id: Int64?) throws {
        let other = try Int64.fetchOne(
            db, sql: "SELECT id FROM users WHERE email = ? AND id IS NOT ?", arguments: [email, id])
        guard other == nil else { throw StoreError.duplicateEmail(email) }
    }

    /// `%`, `_` and the escape itself stand for themselves.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { escaped.unicodeScalars.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }
}

extension DatabaseError {
    /// Another connection was in the way; the same may work in a moment.
    fileprivate var isAboutALock: Bool {
        resultCode == .SQLITE_BUSY || resultCode == .SQLITE_LOCKED
    }
}
