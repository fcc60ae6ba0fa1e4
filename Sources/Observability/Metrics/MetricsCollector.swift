import Foundation
package import Logging
package import Maintenance
import Synchronization

/// Makes the page of metrics, for all who ask.
///
/// Many who ask at once cost one look at a time, and a page is good for a second.
package final class MetricsCollector: Sendable {
    private struct State {
        var last: (page: String, at: ContinuousClock.Instant)?
        /// The parts that failed at the last page: each is logged when it begins to fail, not once a scrape.
        var failing: Set<String> = []
    }

    private let source: MetricsSource
    private let clock: any WallClock
    private let log: Logger
    private let state = Mutex(State())
    private let side = SideQueue()

    private static let freshness = Duration.seconds(1)

    /// A collector that logs which part of the source failed.
    package init(_ source: MetricsSource, clock: any WallClock = SystemWallClock(), log: Logger) {
        self.source = source
        self.clock = clock
        self.log = log
    }

    /// The page as of now, at most a second old.
    package func page() async -> String {
        await side.run {
            let now = ContinuousClock.now
            let last = self.state.withLock { $0.last }
            if let last, now - last.at < Self.freshness { return last.page }
            let page = MetricsPage.render(self.families())
            self.state.withLock { $0.last = (page, now) }
            return page
        }
    }

    /// The metrics as of now; a part of the source that fails is left out, and `ronde_metrics_source_up` is 0 for it.
    func families() -> [MetricFamily] {
        var up = MetricFamily(
            "ronde_metrics_source_up", "Whether the part of the daemon that these metrics come from could be asked",
            .gauge)
        func part(_ name: String, _ families: () throws -> [MetricFamily]) -> [MetricFamily] {
            do {
                let result = try families()
                up.add(1, ["source": name])
                state.withLock { _ = $0.failing.remove(name) }
                return result
            } catch {
                up.add(0, ["source": name])
                if state.withLock({ $0.failing.insert(name).inserted }) {
                    log.error("metrics are missing", metadata: ["source": "\(name)", "error": "\(error)"])
                }
                return []
            }
        }
        let now = clock.now
        var all = part("daemon") { Self.families(try source.daemon()) }
        all += part("checklists") { Self.families(try source.checklists()) }
        all += part("ledger") { Self.families(try source.firings()) }
        all += part("notifications") { Self.queue(try source.queuedNotices()) }
        all += part("backups") { Self.families(try source.backups(), now: now) }
        all += part("expectations") { Self.families(try source.expectations()) }
        return all + [up]
    }
}
