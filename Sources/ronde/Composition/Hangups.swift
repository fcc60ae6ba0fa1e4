import Dispatch
import Glibc

/// SIGHUP as a request; from then on it does not end the process.
final class Hangups: Sendable {
    /// One element for one or more signals.
    let requests: AsyncStream<Void>
    // Made once; a source may be cancelled from any thread.
    private nonisolated(unsafe) let source: any DispatchSourceSignal

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        requests = stream
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler { continuation.yield() }
        source.resume()
    }

    deinit { source.cancel() }
}
