package import Foundation
import GRDB
package import Maintenance

/// What the store knows of an expectation.
package struct ExpectationRecord: Hashable, Sendable {
    package var name: String
    package var history: ExpectationHistory
    package var reported: ExpectationEvent.Reported
}

extension RunStore {
    /// Watches these expectations, and no others, from now on.
    ///
    /// One that is new, or has another rhythm than before, is watched from `now`; the others go on. One that is no
    /// longer there is forgotten; its pings stay until newer ones of that name come.
    ///
    /// - Throws: ``RunStoreError``.
    package func watch(_ expectations: [Expectation], now: Date) throws(RunStoreError) {
        try write("watch for pings") { database in
            let known = try Row.fetchAll(database, sql: "SELECT name, rhythm FROM expectation")
                .reduce(into: [String: String]()) { $0[$1["name"]] = $1["rhythm"] }
            for name in known.keys where !expectations.contains(where: { $0.name == name }) {
                try database.execute(sql: "DELETE FROM expectation WHERE name = ?", arguments: [name])
            }
            for expectation in expectations {
                let rhythm = "\(expectation.rhythm)"
                guard known[expectation.name] != rhythm else { continue }
                var record = try Self.expectation(expectation.name, database) ?? Self.fresh(expectation.name, now)
                record.history.watchedSince = now
                try Self.store(record, rhythm: rhythm, database)
            }
        }
    }

    /// Keeps a ping, and of its expectation the newest ones only.
    ///
    /// - Throws: ``RunStoreError``; the ping is not kept then, and its sender must be told so.
    package func keep(_ ping: Ping) throws(RunStoreError) {
        try write("keep a ping") { database in
            try database.execute(
                sql: """
                    INSERT INTO ping (expectation, at, signal, exit_status, run, sender, body, body_bytes)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    ping.expectation, StoredInstant.encode(ping.at), ping.signal.name, ping.signal.exitStatus,
                    ping.run?.uuidString, ping.sender, Data(ping.body), ping.bodyBytes,
                ])
            try database.execute(
                sql: """
                    DELETE FROM ping WHERE expectation = ?1 AND id <=
                    (SELECT id FROM ping WHERE expectation = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
                    """, arguments: [ping.expectation, Self.keptPings])
            // Nobody watches an expectation that was just taken out of the configuration.
            guard var record = try Self.expectation(ping.expectation, database) else { return }
            record.history.take(ping)
            try Self.store(record, rhythm: nil, database)
        }
    }

    /// How many pings of each expectation are kept.
    package static let keptPings = 100

    /// The pings of an expectation, newest first.
    ///
    /// - Throws: ``RunStoreError``.
    package func pings(of expectation: String, limit: Int = keptPings) throws(RunStoreError) -> [Ping] {
        try read("read pings") { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM ping WHERE expectation = ? ORDER BY id DESC LIMIT ?",
                arguments: [expectation, limit]
            ).compactMap(Self.ping)
        }
    }

    /// What is known of all expectations that are watched, by name.
    ///
    /// - Throws: ``RunStoreError``.
    package func expectations() throws(RunStoreError) -> [String: ExpectationRecord] {
        try read("look at expectations") { database in
            try Row.fetchAll(database, sql: "SELECT * FROM expectation").reduce(into: [:]) { all, row in
                let record = try Self.expectation(row)
                all[record.name] = record
            }
        }
    }

    /// Notes what people were told of an expectation.
    ///
    /// - Throws: ``RunStoreError``.
    package func note(_ reported: ExpectationEvent.Reported, of expectation: String) throws(RunStoreError) {
        try write("note the state of an expectation") { database in
            try database.execute(
                sql: "UPDATE expectation SET reported = ?, reported_at = ? WHERE name = ?",
                arguments: [reported.state.rawValue, StoredInstant.encode(reported.at), expectation])
        }
    }

    /// Notes of all expectations whether the clock was set back behind what is known of them, or is right again.
    ///
    /// - Parameter now: what the clock says.
    /// - Returns: what is known, so aligned, by name.
    /// - Throws: ``RunStoreError``.
    package func alignExpectations(to now: Date) throws(RunStoreError) -> [String: ExpectationRecord] {
        var records = try expectations()
        var changed: [ExpectationRecord] = []
        for var record in records.values {
            let wasAhead = record.reported.at > now
            record.reported.at = min(record.reported.at, now)
            guard record.history.align(to: now) || wasAhead else { continue }
            records[record.name] = record
            changed.append(record)
        }
        guard !changed.isEmpty else { return records }
        try write("set expectations to the clock") { database in
            for record in changed {
                // Read again: a ping may have come since.
                guard var current = try Self.expectation(record.name, database) else { continue }
                _ = current.history.align(to: now)
                current.reported.at = min(current.reported.at, now)
                try Self.store(current, rhythm: nil, database)
            }
        }
        return records
    }

    // MARK: Rows

    private static func fresh(_ name: String, _ now: Date) -> ExpectationRecord {
        ExpectationRecord(
            name: name, history: ExpectationHistory(watchedSince: now), reported: .init(state: .new, at: now))
    }

    private static func store(_ record: ExpectationRecord, rhythm: String?, _ database: Database) throws {
        let history = String(decoding: try RecordCoding.encoder().encode(record.history), as: UTF8.self)
        try database.execute(
            sql: """
                INSERT INTO expectation (name, rhythm, history, reported, reported_at) VALUES (?1, coalesce(?2, ''), ?3, ?4, ?5)
                ON CONFLICT (name) DO UPDATE SET rhythm = coalesce(?2, rhythm), history = ?3, reported = ?4,
                reported_at = ?5
                """,
            arguments: [
                record.name, rhythm, history, record.reported.state.rawValue, StoredInstant.encode(record.reported.at),
            ])
    }

    private static func expectation(_ name: String, _ database: Database) throws -> ExpectationRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM expectation WHERE name = ?", arguments: [name]).map(expectation)
    }

    private static func expectation(_ row: Row) throws -> ExpectationRecord {
        let history: String = row["history"]
        return ExpectationRecord(
            name: row["name"],
            history: try RecordCoding.decoder().decode(ExpectationHistory.self, from: Data(history.utf8)),
            // A state of a later version is at least none that people should hear of again.
            reported: .init(
                state: ExpectationState(rawValue: row["reported"]) ?? .new,
                at: StoredInstant.decode(row["reported_at"])))
    }

    private static func ping(_ row: Row) -> Ping? {
        guard let signal = PingSignal(name: row["signal"], exitStatus: row["exit_status"]) else { return nil }
        let run: String? = row["run"]
        let body: Data = row["body"]
        return Ping(
            expectation: row["expectation"], at: StoredInstant.decode(row["at"]), signal: signal,
            run: run.flatMap(UUID.init(uuidString:)), sender: row["sender"], body: Array(body),
            bodyBytes: row["body_bytes"])
    }
}
