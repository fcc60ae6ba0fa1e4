package import ConfigurationFiles
import DurableFiles
import Foundation
package import Logging
package import Maintenance
import ServiceLifecycle

/// Reads the configuration anew when it is asked to, and when a file of it changes.
///
/// A configuration with mistakes is not used, not even in part: the daemon goes on with the last good one, and says so
/// in its log and in ``DaemonJournal``.
package struct ConfigurationWatch: ServiceLifecycle.Service {
    /// Why to look.
    private enum Reason: Sendable {
        /// Somebody asks for it, with SIGHUP.
        case asked
        /// Something changed in a folder, or it is long since the last look.
        case perhaps
    }

    /// What is to be watched from now on, each time that it changes.
    package let instances: AsyncStream<Instance>
    private let continuation: AsyncStream<Instance>.Continuation
    private let instance: Instance
    private let load: @Sendable () -> ConfigurationLoader.Result
    private let requests: AsyncStream<Void>
    private let journal: DaemonJournal
    private let clock: any WallClock
    private let log: Logger
    private let use: @Sendable (Instance) throws -> Void
    private let onRead: @Sendable ([String]) -> Void

    /// How long nothing must change before files are read: editors and copies write several times.
    private static let settling = Duration.milliseconds(500)
    /// How often one looks where the system does not tell of changes, and where it does: a link may lead elsewhere.
    private static let (interval, longInterval) = (Duration.seconds(30), Duration.seconds(300))

    /// - Parameters:
    ///   - instance: the configuration that is in use.
    ///   - requests: one element each time that the configuration is to be read, changed or not.
    ///   - journal: where the state of the configuration is kept.
    ///   - clock: the clock on the wall.
    ///   - log: where changes and mistakes are told.
    ///   - load: reads it.
    ///   - use: what else goes by the configuration takes it into use; where it throws, nothing does.
    ///   - onRead: called each time that the configuration was read, with what is wrong.
    package init(
        _ instance: Instance, requests: AsyncStream<Void>, journal: DaemonJournal,
        clock: any WallClock = SystemWallClock(), log: Logger,
        load: @escaping @Sendable () -> ConfigurationLoader.Result,
        use: @escaping @Sendable (Instance) throws -> Void = { _ in },
        onRead: @escaping @Sendable ([String]) -> Void = { _ in }
    ) {
        self.instance = instance
        self.requests = requests
        self.journal = journal
        self.clock = clock
        self.log = log
        self.load = load
        self.use = use
        self.onRead = onRead
        (instances, continuation) = AsyncStream.makeStream(of: Instance.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Watches until shutdown.
    package func run() async throws {
        defer { continuation.finish() }
        let folders = FolderWatch()
        folders.watch(ConfigurationPrint.folders(of: instance))
        let (reasons, notify) = AsyncStream.makeStream(of: Reason.self, bufferingPolicy: .bufferingNewest(8))
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in requests { notify.yield(.asked) } }
                group.addTask { for await _ in folders.changes { notify.yield(.perhaps) } }
                group.addTask {
                    // Ends when the task is cancelled.
                    let interval = folders.isWatching ? Self.longInterval : Self.interval
                    while (try? await Task.sleep(for: interval)) != nil { notify.yield(.perhaps) }
                }
                group.addTask { await answer(reasons, folders) }
            }
        }
    }

    private func answer(_ reasons: AsyncStream<Reason>, _ folders: FolderWatch) async {
        var used = instance
        var print = ConfigurationPrint.of(used)
        for await reason in reasons {
            if reason == .perhaps {
                guard ConfigurationPrint.of(used) != print else { continue }
                // Cancelled: then the sequence ends too.
                try? await Task.sleep(for: Self.settling)
            }
            print = .of(used)
            guard let instance = judged(load(), used) else { continue }
            used = instance
            folders.watch(ConfigurationPrint.folders(of: used))
            print = .of(used)
            continuation.yield(used)
        }
    }

    /// The configuration that was read, if it can be used.
    private func judged(_ result: ConfigurationLoader.Result, _ used: Instance) -> Instance? {
        switch result {
        case .instance(let instance):
            if let obstacle = obstacle(instance, used) {
                tell([obstacle])
                return nil
            }
            do {
                try use(instance)
            } catch {
                tell(["\(instance.file): \(error)"])
                return nil
            }
            record { record in
                record.fault = nil
                record.configuredAt = clock.now
                record.schedules = instance.checklists.count { $0.schedule != nil }
            }
            onRead([])
            return instance
        case .mistakes(let mistakes):
            tell(mistakes.map { "\($0)" })
            return nil
        }
    }

    /// What a running daemon cannot change.
    private func obstacle(_ new: Instance, _ used: Instance) -> String? {
        let fixed = [
            ("folders: state", new.folders.state != used.folders.state),
            ("folders: reports", new.folders.reports != used.folders.reports),
            ("endpoint", new.endpoint != used.endpoint), ("metrics", new.metrics != used.metrics),
        ]
        let changed = fixed.filter(\.1).map { "'\($0.0)'" }.joined(separator: ", ")
        return changed.isEmpty ? nil : "\(new.file): \(changed) changed: restart the daemon to use the configuration"
    }

    private func tell(_ mistakes: [String]) {
        let since = journal.record.fault?.since ?? clock.now
        let fault = ConfigurationFault(since: since, mistakes: Array(mistakes.prefix(20)), count: mistakes.count)
        log.error(
            "the configuration is faulty and not used; the last good one goes on",
            metadata: ["mistakes": "\(mistakes.count)"])
        for mistake in fault.mistakes { log.error("\(mistake)") }
        record { $0.fault = fault }
        onRead(mistakes)
    }

    private func record(_ change: (inout DaemonRecord) -> Void) {
        do {
            try journal.update(change)
        } catch {
            log.error("the state of the configuration could not be recorded", metadata: ["error": "\(error)"])
        }
    }
}
