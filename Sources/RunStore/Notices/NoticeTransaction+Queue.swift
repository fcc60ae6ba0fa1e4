import Foundation
import GRDB
package import Maintenance

extension NoticeTransaction {
    /// How many messages are kept, so that a server that is gone for long cannot fill the disk.
    package enum Limits {
        /// Messages of one topic that wait for one target; the oldest is merged into the newest.
        package static let topic = 5
        /// Messages that wait for one target; the oldest is given up.
        package static let target = 500
        /// Messages that have arrived, were merged or given up, of all targets.
        package static let settled = 500
    }

    /// Puts a message into the queue.
    ///
    /// Where too many wait already, earlier ones are merged into it or given up. A ping that tells how a run ended takes
    /// the place of all earlier ones of its topic: only the newest counts for a dead-man's switch.
    package func enqueue(_ dispatch: Dispatch) throws {
        try database.execute(
            sql: """
                INSERT INTO dispatch (target, topic, content, made_at, state, at) VALUES (?1, ?2, ?3, ?4, 'waiting', ?4)
                """,
            arguments: [
                dispatch.target.key, dispatch.topic, StoredText.encode(dispatch.content), StoredInstant.encode(now),
            ])
        let id = database.lastInsertedRowID
        if case .pings = dispatch.target { try line(up: id, dispatch) }
        try merge(into: id, of: dispatch, keeping: dispatch.isEndOfRun ? 1 : Limits.topic)
        try giveUpOldest(of: dispatch.target)
    }

    /// Has a ping wait for those of its topic that came before it.
    private func line(up id: Int64, _ dispatch: Dispatch) throws {
        try database.execute(
            sql: """
                UPDATE dispatch SET at = max(at, (SELECT max(at) FROM dispatch
                    WHERE state = 'waiting' AND target = ?1 AND topic = ?2)) WHERE id = ?3
                """, arguments: [dispatch.target.key, dispatch.topic, id])
    }

    /// Merges the oldest messages of a topic into the newest, so that no more than `keeping` wait.
    private func merge(into id: Int64, of dispatch: Dispatch, keeping: Int) throws {
        let old = try Row.fetchAll(
            database,
            sql: """
                SELECT id, absorbed FROM dispatch WHERE state = 'waiting' AND target = ? AND topic = ?
                ORDER BY id DESC LIMIT -1 OFFSET ?
                """, arguments: [dispatch.target.key, dispatch.topic, keeping])
        guard !old.isEmpty else { return }
        var absorbed = 0
        for row in old {
            absorbed += 1 + row["absorbed"]
            try database.execute(
                sql: "UPDATE dispatch SET state = 'merged', at = ? WHERE id = ?",
                arguments: [StoredInstant.encode(now), row["id"] as Int64])
        }
        // What it waited for may be gone now.
        try database.execute(
            sql: """
                UPDATE dispatch SET absorbed = absorbed + ?1,
                at = CASE WHEN target LIKE 'pings:%' THEN ?2 ELSE at END WHERE id = ?3
                """, arguments: [absorbed, StoredInstant.encode(now), id])
        try trim()
    }

    private func giveUpOldest(of target: Dispatch.Target) throws {
        try database.execute(
            sql: """
                UPDATE dispatch SET state = 'given_up', at = ?1, answer = coalesce(answer || '; ', '') || ?2
                WHERE id IN (SELECT id FROM dispatch WHERE state = 'waiting' AND target = ?3
                    ORDER BY id DESC LIMIT -1 OFFSET ?4)
                """,
            arguments: [
                StoredInstant.encode(now), "more than \(Limits.target) messages wait", target.key, Limits.target,
            ])
        if database.changesCount > 0 { try trim() }
    }

    /// Removes the oldest settled messages.
    func trim() throws {
        try database.execute(
            sql: """
                DELETE FROM dispatch WHERE state <> 'waiting' AND id <= (
                    SELECT id FROM dispatch WHERE state <> 'waiting' ORDER BY id DESC LIMIT 1 OFFSET ?)
                """, arguments: [Limits.settled])
    }
}

extension Dispatch {
    fileprivate var isEndOfRun: Bool {
        if case .ping(let ping) = content { ping.signal != .start } else { false }
    }
}
