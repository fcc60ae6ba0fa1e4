import Foundation
package import Logging
package import Maintenance
package import RunStore
import ServiceLifecycle

/// Watches for pings until shutdown: notes when they can be heard, and looks when one came or one is overdue.
package struct ExpectationWatch: ServiceLifecycle.Service {
    private let monitor: ExpectationMonitor
    private let desk: PingDesk
    private let store: RunStore
    private let clock: any WallClock
    private let log: Logger
    private let tell: @Sendable ([ExpectationEvent]) throws -> Void

    /// However the clock was set, nothing is waited for longer than this, of time that really passes.
    private static let longestNap = Duration.seconds(30)

    /// - Parameters:
    ///   - monitor: what looks.
    ///   - desk: where the pings of the same expectations come in.
    ///   - store: where it is noted when they could.
    ///   - clock: what time it is.
    ///   - log: each event, and what goes wrong.
    ///   - tell: hands events over to those who notify people; it may be called twice with the same.
    package init(
        _ monitor: ExpectationMonitor, desk: PingDesk, store: RunStore, clock: any WallClock = SystemWallClock(),
        log: Logger, tell: @escaping @Sendable ([ExpectationEvent]) throws -> Void
    ) {
        self.monitor = monitor
        self.desk = desk
        self.store = store
        self.clock = clock
        self.log = log
        self.tell = tell
    }

    /// Watches until shutdown.
    ///
    /// A store that cannot be written now is tried again: what came meanwhile was refused to its senders, and the time
    /// counts as one in which nothing was heard.
    package func run() async throws {
        var span: Span?
        var isFailing = false
        var isRung = false
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            var next: Date?
            do {
                // Before the look: what it finds must look the same after a restart.
                span = try note(span, at: clock.now, isRung: isRung)
                next = try monitor.look(at: clock.now, tell: report).next
                isFailing = false
            } catch {
                // Said once, not twice a minute.
                if !isFailing { log.error("expectations cannot be watched", metadata: ["error": "\(error)"]) }
                isFailing = true
            }
            isRung = await wait(until: next)
        }
        // Where this fails the last note is half a minute old, and the difference counts as not listened.
        if let span { _ = try? store.lengthen(span.id, to: clock.now) }
    }

    /// Notes that pings can be heard, in the span of the last time or a new one.
    private func note(_ span: Span?, at now: Date, isRung: Bool) throws -> Span? {
        guard desk.isListening, !monitor.isIdle else { return nil }
        if let span {
            // Many pings at once are not to be a write each.
            if isRung, (0..<Self.noteInterval).contains(now.timeIntervalSince(span.notedAt)) { return span }
            if try store.lengthen(span.id, to: now) { return Span(id: span.id, notedAt: now) }
        }
        return Span(id: try store.beginListening(at: now), notedAt: now)
    }

    /// A time in which pings could be heard, as it stands in the store.
    private struct Span {
        let id: Int64
        let notedAt: Date
    }

    /// How soon after a note no other one is written because of a ping, in seconds.
    private static let noteInterval: TimeInterval = 5

    private func report(_ events: [ExpectationEvent]) throws {
        try tell(events)
        for event in events {
            log.log(
                level: event.kind == .back ? .notice : .warning, "expectation \(event.kind.rawValue)",
                metadata: [
                    "expectation": "\(event.status.name)", "why": "\(event.status.sentence(in: .gmt))",
                ])
        }
    }

    /// Waits until an instant, a ping or a change of what is expected; or so long that the clock is to be looked at.
    ///
    /// - Returns: whether the bell was rung.
    private func wait(until next: Date?) async -> Bool {
        // Shutdown and cancellation end the wait, and the caller looks for them.
        let isRung = try? await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                if let next {
                    group.addTask {
                        try await clock.sleep(until: next)
                        return false
                    }
                }
                group.addTask {
                    try await Task.sleep(for: Self.longestNap)
                    return false
                }
                group.addTask {
                    await desk.bell.wait()
                    return true
                }
                defer { group.cancelAll() }
                return try await group.next()
            }
        }
        return isRung == true
    }
}
