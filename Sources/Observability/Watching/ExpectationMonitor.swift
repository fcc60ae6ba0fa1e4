package import Foundation
package import Maintenance
package import RunStore
import Synchronization

/// Looks how the expectations stand, and tells what people should know.
package final class ExpectationMonitor: Sendable {
    /// What a look found.
    package struct Look: Hashable, Sendable {
        /// What is new, in the order of the configuration.
        package var events: [ExpectationEvent]
        /// When to look again although no ping came; nil where only a ping can change something.
        package var next: Date?
    }

    private let store: RunStore
    private let expectations = Mutex<[Expectation]>([])

    /// A monitor that expects nothing yet.
    package init(store: RunStore) { self.store = store }

    /// Expects these from now on, and no others.
    ///
    /// - Throws: `RunStoreError`; what was expected before stays then.
    package func expect(_ expectations: [Expectation], now: Date) throws(RunStoreError) {
        try store.watch(expectations, now: now)
        self.expectations.withLock { $0 = expectations }
    }

    /// Whether anything is expected.
    var isIdle: Bool { expectations.withLock { $0.isEmpty } }

    /// Looks how things stand, and hands over what people were not told yet.
    ///
    /// An event is noted as told only after `tell` returned: a kill between the two tells it twice, and never not at all.
    ///
    /// - Parameters:
    ///   - now: the time to judge by.
    ///   - tell: takes the events over, for good.
    /// - Returns: what was found.
    /// - Throws: `RunStoreError`, or what `tell` throws.
    package func look(at now: Date, tell: ([ExpectationEvent]) throws -> Void) throws -> Look {
        let expectations = expectations.withLock { $0 }
        guard !expectations.isEmpty else { return Look(events: [], next: nil) }
        let records = try store.alignExpectations(to: now)
        let listening = try store.listening(now: now)
        var look = Look(events: [], next: nil)
        for expectation in expectations {
            guard let record = records[expectation.name] else { continue }
            let status = ExpectationJudge(expectation, record.history, listening: listening, now: now).status()
            if let event = ExpectationEvent(after: record.reported, status, now: now) { look.events.append(event) }
            look.next = [look.next, status.nextLook].compactMap(\.self).min()
        }
        if !look.events.isEmpty {
            try tell(look.events)
            for event in look.events { try store.note(event.reported, of: event.status.name) }
        }
        return look
    }

    /// How the expectations stand, in the order of the configuration; changes nothing.
    ///
    /// - Throws: `RunStoreError`.
    package func statuses(at now: Date) throws(RunStoreError) -> [ExpectationStatus] {
        try Self.statuses(of: expectations.withLock { $0 }, in: store, at: now)
    }

    /// How expectations stand by a store that perhaps another process writes; changes nothing.
    ///
    /// One that no daemon has watched yet is as one that is watched from now on.
    ///
    /// - Throws: `RunStoreError`.
    package static func statuses(
        of expectations: [Expectation], in store: RunStore, at now: Date
    ) throws(RunStoreError) -> [ExpectationStatus] {
        let records = try store.expectations()
        let listening = try store.listening(now: now)
        return expectations.map { expectation in
            let history = records[expectation.name]?.history ?? ExpectationHistory(watchedSince: now)
            return ExpectationJudge(expectation, history, listening: listening, now: now).status()
        }
    }
}
