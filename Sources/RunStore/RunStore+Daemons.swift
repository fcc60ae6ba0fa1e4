import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// Keeps what a daemon says of itself, in the place of what it said before.
    ///
    /// - Throws: ``RunStoreError``.
    package func keep(_ daemon: DaemonRecord) throws(RunStoreError) {
        try write("record the daemon") { database in
            let text = String(decoding: try RecordCoding.encoder().encode(daemon), as: UTF8.self)
            try database.execute(
                sql: "INSERT OR REPLACE INTO daemon (presence, record) VALUES (?, ?)",
                arguments: [daemon.presence, text])
        }
    }

    /// Forgets a daemon that has ended.
    ///
    /// - Throws: ``RunStoreError``.
    package func forgetDaemon(_ presence: String) throws(RunStoreError) {
        try write("forget a daemon") { database in
            try database.execute(sql: "DELETE FROM daemon WHERE presence = ?", arguments: [presence])
        }
    }

    /// What daemons said of themselves, by their start; among them are those that were killed.
    ///
    /// - Throws: ``RunStoreError``.
    package func daemons() throws(RunStoreError) -> [DaemonRecord] {
        try read("look for daemons") { database in
            // A record that a newer version wrote is none of ours to read.
            try String.fetchAll(database, sql: "SELECT record FROM daemon").compactMap {
                try? RecordCoding.decoder().decode(DaemonRecord.self, from: Data($0.utf8))
            }.sorted { ($0.startedAt, $0.presence) < ($1.startedAt, $1.presence) }
        }
    }
}
