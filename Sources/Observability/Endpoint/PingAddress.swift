import Foundation
import Maintenance

/// What the address of a ping says: `/ping/KEY`, `/ping/KEY/start`, `/fail`, `/log` or an exit status, and `?rid=`.
struct PingAddress: Hashable {
    enum Fault: Error { case noSuchSignal, noUUID }

    let key: Substring
    let signal: PingSignal
    let run: UUID?

    /// - Parameters:
    ///   - parts: of the path, from `ping` on.
    ///   - run: the value of `rid`; nil where it is not given.
    /// - Throws: ``Fault``.
    init(_ parts: [Substring], run: Substring?) throws(Fault) {
        guard (2...3).contains(parts.count) else { throw .noSuchSignal }
        key = parts[1]
        guard let signal = parts.count == 3 ? Self.signal(parts[2]) : .success else { throw .noSuchSignal }
        self.signal = signal
        guard let run else {
            self.run = nil
            return
        }
        guard let id = UUID(uuidString: String(run.prefix(37))) else { throw .noUUID }
        self.run = id
    }

    private static func signal(_ text: Substring) -> PingSignal? {
        switch text {
        case "start": return .start
        case "fail": return .failure(exitStatus: nil)
        case "log": return .log
        case "0": return .success
        default:
            // Digits only: Int would take "+1" as well.
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let status = UInt8(text) else { return nil }
            return status == 0 ? .success : .failure(exitStatus: Int(status))
        }
    }
}
