package import Foundation
import GRDB
package import Maintenance

/// One step in the books of alerts and messages: all of it is kept, or nothing.
package struct NoticeTransaction {
    let database: Database
    /// The time at which it is done.
    package let now: Date

    /// Takes the news of a run; false where another process took it before.
    package func take(_ news: RunStore.RunNews) throws -> Bool {
        try database.execute(sql: "DELETE FROM run_news WHERE position = ?", arguments: [news.position])
        return database.changesCount == 1
    }

    /// Takes the news of the firings of a checklist; nil where there is none.
    package func takeFirings(of checklist: String) throws -> RunStore.FiringNews? {
        let row = try Row.fetchOne(
            database, sql: "SELECT * FROM firing_news WHERE checklist = ?", arguments: [checklist])
        try database.execute(sql: "DELETE FROM firing_news WHERE checklist = ?", arguments: [checklist])
        return row.map { row in
            RunStore.FiringNews(
                checklist: checklist, missed: row["missed"], skipped: row["skipped"],
                first: StoredInstant.decode(row["first"]), last: StoredInstant.decode(row["last"]),
                reason: row["reason"])
        }
    }

    /// The alerts of a subject, of every rule.
    package func alerts(of subject: AlertSubject) throws -> [Alert] {
        try StoredAlert.fetch(database, where: "subject = ?", [subject.key])
    }

    /// All alerts, or those of which there may be something to say by now.
    ///
    /// An alert that was written under a clock that was ahead is looked at too: its own times tell nothing.
    package func alerts(onlyDue: Bool = false) throws -> [Alert] {
        guard onlyDue else { return try StoredAlert.fetch(database, where: "1", []) }
        let instant = StoredInstant.encode(now)
        return try StoredAlert.fetch(
            database, where: "next_look IS NOT NULL AND (next_look <= ?1 OR written_at > ?1)", [instant])
    }

    /// Keeps an alert, to be looked at again at an instant though nothing new happens; nil for never.
    package func keep(_ alert: Alert, nextLook: Date?) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO alert (rule, subject, state, facts, next_look, written_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                alert.rule, alert.subject.key, StoredText.encode(alert.state), StoredText.encode(alert.facts),
                nextLook.map(StoredInstant.encode), StoredInstant.encode(now),
            ])
    }

    package func forget(rule: String, _ subject: AlertSubject) throws {
        try database.execute(
            sql: "DELETE FROM alert WHERE subject = ? AND rule = ?", arguments: [subject.key, rule])
    }

    /// Has every alert looked at again, because the rules are others now.
    package func lookAtAllAgain() throws {
        try database.execute(sql: "UPDATE alert SET next_look = 0")
    }
}

/// How values are kept in one column.
enum StoredText {
    static func encode(_ value: some Encodable) throws -> String {
        String(decoding: try RecordCoding.encoder().encode(value), as: UTF8.self)
    }

    /// Nil where the text is damaged, or of a version that knows more.
    static func decode<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) -> Value? {
        // The caller says what it does without.
        try? RecordCoding.decoder().decode(type, from: Data(text.utf8))
    }
}

enum StoredAlert {
    static func fetch(_ database: Database, where condition: String, _ arguments: StatementArguments) throws -> [Alert]
    {
        try Row.fetchAll(
            database, sql: "SELECT * FROM alert WHERE \(condition) ORDER BY subject, rule", arguments: arguments
        ).compactMap(alert)
    }

    /// An alert that cannot be read is as if it were not there: what is wrong still will be seen again.
    private static func alert(_ row: Row) -> Alert? {
        let key: String = row["subject"]
        let parts = key.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = AlertSubject.Kind(rawValue: String(parts[0])),
            let state = StoredText.decode(row["state"], as: AlertState.self),
            let facts = StoredText.decode(row["facts"], as: AlertFacts.self)
        else { return nil }
        return Alert(rule: row["rule"], subject: AlertSubject(kind, String(parts[1])), state: state, facts: facts)
    }
}
