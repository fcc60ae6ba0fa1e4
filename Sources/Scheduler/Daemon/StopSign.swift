import ServiceLifecycle
import Synchronization

/// Whether the daemon is to end, for work that no task can be asked in: a transaction that enters a year of firings.
final class StopSign: Sendable {
    private let isShown = Atomic(false)

    /// Once true, it stays so.
    var isStopping: Bool { isShown.load(ordering: .relaxed) }

    /// Does the work, and shows the sign as soon as that is cancelled or the service is to shut down.
    func watching(_ work: () async throws -> Void) async throws {
        try await withTaskCancellationOrGracefulShutdownHandler(operation: work) {
            self.isShown.store(true, ordering: .relaxed)
        }
    }
}
