import Foundation
import PluginKit
import Maintenance
import Probing

/// One line of the log: `2025-12-16 10:00:00 | Users: 1234 | DB: 4.5MB | Status: OK`.
struct MonitorLine: Sendable {
    let at: Date
    let timeZone: TimeZone
    let users: Double?
    /// In the unit of the answer.
    let size: Double?
    /// What is wrong; empty if nothing is.
    let troubles: [String]

    var isWell: Bool { troubles.isEmpty }

    /// Without the time.
    var message: String {
        let users = users.map { ShownNumber.plain($0) } ?? "-"
        let size = size.map { ShownNumber.plain($0) + "MB" } ?? "-"
        return "Users: \(Excerpt.of(users, limit: 40)) | DB: \(Excerpt.of(size, limit: 40)) | Status: \(status)"
    }

    /// Without its end of line.
    var text: String { "\(time) | \(message)" }

    private var status: String {
        guard !isWell else { return "OK" }
        // The bar parts the columns, whatever the service says.
        return "KO (\(Excerpt.of(troubles.joined(separator: "; "), limit: 300).replacing("|", with: "/")))"
    }

    private var time: String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let now = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: at)
        return String(
            format: "%04d-%02d-%02d %02d:%02d:%02d", now.year ?? 0, now.month ?? 0, now.day ?? 0, now.hour ?? 0,
            now.minute ?? 0, now.second ?? 0)
    }
}
