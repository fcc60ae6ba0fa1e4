import Glibc
import Synchronization

/// Writes events to a descriptor, whole lines only, from any thread.
final class EventWriter: Sendable {
    private let descriptor: Int32
    private let isBroken = Mutex(false)

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Writes the event; false once nobody reads any more.
    @discardableResult
    func write(_ event: PluginEvent) -> Bool {
        let line: [UInt8]
        do {
            line = try event.line()
        } catch {
            // Only a value that JSON cannot hold gets here; the runner sees the missing result.
            return false
        }
        return isBroken.withLock { broken in
            if !broken { broken = !writeAll(line) }
            return !broken
        }
    }

    private func writeAll(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }
}
