internal import Glibc

/// Sends HTTP requests, each over a connection and on a thread of its own.
///
/// A transfer never blocks the threads that run Swift's tasks, and shares nothing with another one: a name lookup that
/// hangs holds up only its own request.
package struct HTTPClient: Sendable {
    private let gate: TransferGate

    /// Makes a client that has so many requests on their way at a time; more of them wait their turn.
    package init(atMost places: Int = 32) { gate = TransferGate(places: places) }

    /// Sends a request and gives the reply, whatever its status.
    ///
    /// The time limits count from when the request has its turn. Cancelling the task ends the transfer at once.
    ///
    /// - Throws: ``HTTPFailure`` if there is no reply, or not all of it.
    package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPReply {
        try request.check()
        guard await gate.enter() else { throw HTTPFailure(.cancelled, of: request) }
        let wait: TransferWait
        do throws(CurlRefusal) {
            wait = try TransferWait()
        } catch {
            gate.leave()
            throw HTTPFailure(error.kind, of: request)
        }
        return try await transfer(request, wait: wait).get()
    }

    /// Does the transfer on a new thread, which gives the place at the gate back when it has cleaned up.
    private func transfer(_ request: HTTPRequest, wait: TransferWait) async -> Result<HTTPReply, HTTPFailure> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let code = TransferThread.start { [gate] in
                    HTTPTransfer.run(request, wait: wait) { continuation.resume(returning: $0) }
                    gate.leave()
                }
                if code != 0 {
                    gate.leave()
                    continuation.resume(returning: .failure(Self.noThread(code, for: request)))
                }
            }
        } onCancel: {
            wait.cancel()
        }
    }

    private static func noThread(_ code: Int32, for request: HTTPRequest) -> HTTPFailure {
        HTTPFailure(.other(code: Int(code), reason: "no thread: \(String(cString: strerror(code)))"), of: request)
    }
}
