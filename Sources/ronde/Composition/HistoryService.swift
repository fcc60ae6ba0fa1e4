import ConfigurationFiles
import History
import Logging
import Maintenance
import Reports
import RunStore
import ServiceLifecycle

/// Keeps the history of a daemon's instance small.
struct HistoryService: ServiceLifecycle.Service {
    let inUse: InstanceInUse
    let store: RunStore
    let log: Logger

    /// How often it is asked whether there is something to do.
    private static let interval = Duration.seconds(3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let instance = inUse.value
                let history = History(
                    store: store, reports: ReportFolder(root: instance.folders.reports), rules: instance.history)
                do {
                    if case .applied(let result) = try await history.apply(clock: SystemWallClock()) { tell(result) }
                } catch is CancellationError {
                    return
                } catch {
                    // What could not be removed now is tried again; nothing is lost by waiting.
                    log.error("the history could not be kept small", metadata: ["error": "\(error)"])
                }
                // Ends when the task is cancelled.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func tell(_ result: HistoryResult) {
        for problem in result.problems { log.warning("history", metadata: ["problem": "\(problem)"]) }
        guard result.removedRunCount > 0 || result.removedFirings > 0 else { return }
        log.info(
            "history was kept small",
            metadata: ["runs": "\(result.removedRunCount)", "firings": "\(result.removedFirings)"])
    }
}
