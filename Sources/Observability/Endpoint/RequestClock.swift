import NIOCore
import Synchronization

/// Closes the connection of a client that takes too long over one request: to send its body, or to read the answer.
///
/// The HTTP library ends connections that are silent; these are not.
final class RequestClock: Sendable {
    private let connection: (any Channel)?
    private let timer: Mutex<Scheduled<Void>?> = Mutex(nil)
    private let ranOut = Mutex(false)

    /// - Parameters:
    ///   - connection: nil where the request came over none.
    ///   - patience: for the body and the answer together.
    init(_ connection: (any Channel)?, patience: TimeAmount) {
        self.connection = connection
        set(patience)
    }

    /// Whether the time was up before ``stop(closing:)``.
    var hasRunOut: Bool { ranOut.withLock { $0 } }

    /// Says that the answer was written.
    ///
    /// - Parameter closing: whether a part of the body was not read; then the connection is of no more use, and ends
    ///   as soon as the answer had time to arrive.
    func stop(closing: Bool) {
        timer.withLock { $0?.cancel() }
        if closing { set(.seconds(2)) }
    }

    private func set(_ time: TimeAmount) {
        guard let connection else { return }
        let scheduled = connection.eventLoop.scheduleTask(in: time) { [self] in
            ranOut.withLock { $0 = true }
            connection.close(promise: nil)
        }
        timer.withLock { $0 = scheduled }
    }
}
