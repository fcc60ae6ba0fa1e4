package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// How one attempt to deliver a message ended.
    package enum DispatchEnd: Hashable, Sendable {
        case delivered(answer: String)
        /// It is tried again; `remaining` where only some recipients still have to get it.
        case retry(at: Date, answer: String, remaining: [String]?)
        case givenUp(answer: String)
    }

    /// No message waits longer for its next attempt; one that seems to was written under a clock that was ahead.
    package static let longestDispatchWait: TimeInterval = 2 * 3600

    /// The targets for which messages wait, and when the next of them is due.
    ///
    /// - Throws: ``RunStoreError``.
    package func waitingTargets(at now: Date) throws(RunStoreError) -> [(target: Dispatch.Target, due: Date)] {
        try read("look at the queue") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT target, min(CASE WHEN at > ? THEN 0 ELSE at END) AS due
                    FROM dispatch WHERE state = 'waiting' GROUP BY target
                    """, arguments: [StoredInstant.encode(now.addingTimeInterval(Self.longestDispatchWait))]
            ).compactMap { row in
                Dispatch.Target(key: row["target"]).map { ($0, StoredInstant.decode(row["due"])) }
            }
        }
    }

    /// The messages that wait for a target, oldest first; one that cannot be read is given up.
    ///
    /// - Throws: ``RunStoreError``.
    package func waitingDispatches(
        for target: Dispatch.Target, at now: Date, limit: Int = 20
    ) throws(RunStoreError) -> [QueuedDispatch] {
        try write("read the queue") { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM dispatch WHERE state = 'waiting' AND target = ?1 AND (at <= ?2 OR at > ?3)
                    ORDER BY id LIMIT ?4
                    """,
                arguments: [
                    target.key, StoredInstant.encode(now),
                    StoredInstant.encode(now.addingTimeInterval(Self.longestDispatchWait)), limit,
                ])
            return try rows.compactMap { row in
                if let dispatch = Self.queued(row) { return dispatch }
                try Self.settle(row["id"], .givenUp(answer: "the message cannot be read"), at: now, database)
                return nil
            }
        }
    }

    /// Counts an attempt before it is made, so that one that is cut short by a kill counts too.
    ///
    /// - Returns: false where the message does not wait any more.
    /// - Throws: ``RunStoreError``.
    package func countAttempt(of dispatch: QueuedDispatch) throws(RunStoreError) -> Bool {
        try write("count a delivery") { database in
            try database.execute(
                sql: "UPDATE dispatch SET attempts = attempts + 1 WHERE id = ? AND state = 'waiting'",
                arguments: [dispatch.id])
            return database.changesCount == 1
        }
    }

    /// Records how an attempt ended.
    ///
    /// - Throws: ``RunStoreError``.
    package func settle(_ dispatch: QueuedDispatch, _ end: DispatchEnd, at now: Date) throws(RunStoreError) {
        try write("record a delivery") { database in try Self.settle(dispatch.id, end, at: now, database) }
    }

    private static func settle(_ id: Int64, _ end: DispatchEnd, at now: Date, _ database: Database) throws {
        let (state, at, answer, remaining): (QueuedDispatch.State, Date, String, [String]?)
        switch end {
        case .delivered(let words): (state, at, answer, remaining) = (.delivered, now, words, nil)
        case .givenUp(let words): (state, at, answer, remaining) = (.givenUp, now, words, nil)
        case .retry(let next, let words, let rest): (state, at, answer, remaining) = (.waiting, next, words, rest)
        }
        // A message that was merged while it was under way stays merged, unless it arrived.
        try database.execute(
            sql: """
                UPDATE dispatch SET state = ?1, at = ?2, answer = ?3, remaining = coalesce(?4, remaining)
                WHERE id = ?5 AND (state = 'waiting' OR ?1 = 'delivered')
                """,
            arguments: [
                state.rawValue, StoredInstant.encode(at), String(answer.prefix(1000)),
                remaining.map { try StoredText.encode($0) }, id,
            ])
        if state != .waiting { return try NoticeTransaction(database: database, now: now).trim() }
        // Pings of one topic keep their order: that a run ended must not overtake that it began.
        try database.execute(
            sql: """
                UPDATE dispatch SET at = max(dispatch.at, ?1) FROM dispatch AS earlier
                WHERE earlier.id = ?2 AND dispatch.state = 'waiting' AND dispatch.id > earlier.id
                AND dispatch.target = earlier.target AND dispatch.topic = earlier.topic
                AND earlier.target LIKE 'pings:%'
                """, arguments: [StoredInstant.encode(at), id])
    }

    /// The messages in the queue and the last that were settled, newest first.
    ///
    /// - Parameters:
    ///   - state: only those of one state; nil for all.
    ///   - limit: how many.
    /// - Returns: the messages that can be read.
    /// - Throws: ``RunStoreError``.
    package func dispatches(
        state: QueuedDispatch.State? = nil, limit: Int = 1000
    ) throws(RunStoreError) -> [QueuedDispatch] {
        try read("list messages") { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM dispatch WHERE ?1 IS NULL OR state = ?1 ORDER BY id DESC LIMIT ?2",
                arguments: [state?.rawValue, limit]
            ).compactMap(Self.queued)
        }
    }

    /// How many messages there are in a state.
    ///
    /// - Throws: ``RunStoreError``.
    package func dispatchCount(_ state: QueuedDispatch.State) throws(RunStoreError) -> Int {
        try read("count messages") { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM dispatch WHERE state = ?", arguments: [state.rawValue]) ?? 0
        }
    }

    private static func queued(_ row: Row) -> QueuedDispatch? {
        guard let target = Dispatch.Target(key: row["target"]),
            let state = QueuedDispatch.State(rawValue: row["state"]),
            let content = StoredText.decode(row["content"], as: Dispatch.Content.self)
        else { return nil }
        let remaining: String? = row["remaining"]
        return QueuedDispatch(
            id: row["id"], dispatch: Dispatch(target: target, topic: row["topic"], content: content),
            madeAt: StoredInstant.decode(row["made_at"]), state: state, attempts: row["attempts"],
            at: StoredInstant.decode(row["at"]), answer: row["answer"],
            remaining: remaining.flatMap { StoredText.decode($0, as: [String].self) }, absorbed: row["absorbed"])
    }
}
