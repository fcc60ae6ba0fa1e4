import ConfigurationFiles
import Foundation
import Logging
import Maintenance
import Notifications
import Reports
import RunStore
import Runner
import SystemPackage

extension Instance {
    /// The notifier of this instance, on this machine.
    func notifier(_ store: RunStore, log: Logger) -> Notifier {
        Notifier(
            store: store, reports: ReportFolder(root: folders.reports), settings: notifications, timeZone: timeZone,
            host: Machine.hostName, log: log)
    }

    /// What delivers the messages of a notifier of this instance.
    func deliveryService(_ notifier: Notifier, _ store: RunStore, log: Logger) -> DeliveryService {
        DeliveryService(
            notifier: notifier, store: store, couriers: Couriers { notifier.timeZone },
            lock: folders.state.appending("locks").appending("notifications.lock"), log: log)
    }
}

/// Has the notifier look at once at what happens to runs, and passes it on to another observer.
struct NoticeObserver: RunObserver {
    let notifier: Notifier
    let next: any RunObserver

    func observe(_ event: RunEvent) {
        next.observe(event)
        switch event {
        case .began, .ended: notifier.ring()
        default: break
        }
    }
}

extension AlertSubject {
    /// What a list calls it.
    var words: String {
        switch kind {
        case .run: name
        case .missed: "\(name): firings"
        case .expectation: "\(name): ping"
        case .configuration: "configuration"
        }
    }
}
