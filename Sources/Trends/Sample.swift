package import Foundation

/// A number at an instant.
package struct Sample: Hashable, Sendable, Codable {
    package let at: Date
    package let value: Double

    package init(at: Date, value: Double) {
        self.at = at
        self.value = value
    }
}
