import ArgumentParser
import Foundation
import Maintenance

/// An instant given on the command line.
enum InstantOption {
    static func parse(_ text: String) throws -> Date {
        guard let date = InstantText.parse(text) else {
            throw ValidationError(
                "'\(text)' is no instant; write it as 2026-11-22T02:00:00+01:00 or 2026-11-22T01:00:00Z.")
        }
        return date
    }
}
