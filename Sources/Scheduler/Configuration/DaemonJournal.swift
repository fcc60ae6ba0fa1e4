import Logging
package import Maintenance
package import RunStore
import Synchronization

/// What this daemon says of itself, kept in the run store for other processes to see.
package final class DaemonJournal: Sendable {
    private let current: Mutex<DaemonRecord>
    private let store: RunStore

    /// - Throws: `RunStoreError` where the first record cannot be kept.
    package init(_ record: DaemonRecord, store: RunStore, presence: DaemonPresence) throws {
        current = Mutex(record)
        self.store = store
        for other in try store.daemons() where !presence.isAlive(other.presence) {
            try store.forgetDaemon(other.presence)
        }
        try store.keep(record)
    }

    package var record: DaemonRecord { current.withLock { $0 } }

    /// Changes the record.
    ///
    /// - Throws: `RunStoreError` where it cannot be kept; this object has it even so.
    package func update(_ change: (inout DaemonRecord) -> Void) throws {
        let record = current.withLock { record in
            change(&record)
            return record
        }
        try store.keep(record)
    }

    /// Takes the record back when the daemon ends.
    package func end() {
        // What stays is taken away by the next daemon, which sees that nobody answers to it.
        try? store.forgetDaemon(record.presence)
    }
}
