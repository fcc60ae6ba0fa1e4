import DurableFiles
import Foundation
package import Logging
package import Maintenance
import ServiceLifecycle
package import SystemPackage

/// Keeps a file of metrics for node_exporter's textfile collector, which takes names that end with `.prom`.
package struct MetricsTextfile: ServiceLifecycle.Service {
    private let path: FilePath
    private let interval: Duration
    private let collector: MetricsCollector
    private let log: Logger

    /// A file that is written anew each `interval`.
    package init(
        _ settings: MetricsTextfileSettings, collector: MetricsCollector, log: Logger
    ) {
        path = FilePath(settings.path)
        interval = settings.every.duration
        self.collector = collector
        self.log = log
    }

    /// Writes until shutdown, and once more then.
    ///
    /// A file that cannot be written is logged when that begins and when it ends; the daemon goes on.
    package func run() async throws {
        var isFailing = false
        while true {
            isFailing = await attempt(isFailing)
            do {
                // Time that really passes: a clock that is set back must not leave the file to grow old.
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
            } catch is CancellationError {
                break
            }
            if Task.isShuttingDownGracefully || Task.isCancelled { break }
        }
        _ = await attempt(isFailing)
    }

    private func attempt(_ wasFailing: Bool) async -> Bool {
        let page = await collector.page()
        do {
            try Self.write(page, to: path)
            if wasFailing { log.notice("the textfile of metrics is written again", metadata: ["path": "\(path)"]) }
            return false
        } catch {
            if !wasFailing { log.error("the textfile of metrics cannot be written", metadata: ["error": "\(error)"]) }
            return true
        }
    }

    /// Replaces the file in one step; whoever reads it, as node_exporter does as another user, sees a whole page.
    ///
    /// - Throws: `FileError`; the old file stays then.
    package static func write(_ page: String, to path: FilePath) throws {
        try DurableFile.write(
            Array(page.utf8), to: path, permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }
}
