internal import Glibc

/// Hands messages to servers of SMTP, each over a connection and on a thread of its own.
package struct MailClient: Sendable {
    private let gate: TransferGate

    /// Makes a client that has so many messages on their way at a time; more of them wait their turn.
    package init(atMost places: Int = 8) { gate = TransferGate(places: places) }

    /// Sends a message, and says what the server answered.
    ///
    /// Where the server takes the message for some recipients only, that is no failure: ``MailReceipt/refused`` names the
    /// others. Cancelling the task ends the conversation at once.
    ///
    /// - Throws: ``MailFailure`` where the server did not take it; after a failure that cut the conversation short it may
    ///   have taken it all the same.
    package func send(_ request: MailRequest) async throws(MailFailure) -> MailReceipt {
        try request.check()
        guard await gate.enter() else { throw MailFailure(.cancelled, of: request) }
        let wait: TransferWait
        do throws(CurlRefusal) {
            wait = try TransferWait()
        } catch {
            gate.leave()
            throw MailFailure(error.mailKind, of: request)
        }
        return try await transfer(request, wait: wait).get()
    }

    /// Does the transfer on a new thread, which gives the place at the gate back when it has said goodbye.
    private func transfer(_ request: MailRequest, wait: TransferWait) async -> Result<MailReceipt, MailFailure> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let code = TransferThread.start { [gate] in
                    MailTransfer.run(request, wait: wait) { continuation.resume(returning: $0) }
                    gate.leave()
                }
                if code != 0 {
                    gate.leave()
                    let reason = "no thread: \(String(cString: strerror(code)))"
                    continuation.resume(
                        returning: .failure(MailFailure(.other(code: Int(code), reason: reason), of: request)))
                }
            }
        } onCancel: {
            wait.cancel()
        }
    }
}
