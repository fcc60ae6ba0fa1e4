import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

extension Request {
    /// The largest body that is read, in bytes.
    static let largestBody = 64 * 1024
    /// How long a body may take to arrive.
    static let bodyPatience = TimeAmount.seconds(15)

    /// Reads the whole body.
    /// - Throws: ``RequestFault`` (413), where it is too large; ``ConnectionFault``, where it did not arrive in full.
    nonisolated(nonsending) func wholeBody(context: ServiceContext) async throws -> Data {
        let announced = headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > Self.largestBody { throw tooLarge(context) }
        let clock = BodyClock(connection: context.connection)
        defer { clock.stop() }
        let buffer: ByteBuffer
        do {
            buffer = try await body.collect(upTo: Self.largestBody)
        } catch is NIOTooManyBytesError {
            throw tooLarge(context)
        } catch {
            throw ConnectionFault(cause: error)
        }
        guard !clock.hasRunOut, announced == nil || announced == buffer.readableBytes else {
            throw ConnectionFault(cause: IncompleteBody())
        }
        return Data(buffer.readableBytesView)
    }

    /// The rest of the body is not waited for: the connection is closed as soon as the answer had time to arrive.
    private func tooLarge(_ context: ServiceContext) -> RequestFault {
        if let connection = context.connection {
            connection.eventLoop.scheduleTask(in: .seconds(2)) { connection.close(promise: nil) }
        }
        return RequestFault(
            status: .contentTooLarge, description: "the body is larger than \(Self.largestBody) bytes",
            headers: [.connection: "close"])
    }

    private struct IncompleteBody: Error {}
}

/// Closes the connection of a client that sends its body a byte at a time.
private final class BodyClock: Sendable {
    private let state = Mutex(false)
    private let timer: Mutex<Scheduled<Void>?> = Mutex(nil)

    init(connection: (any Channel)?) {
        guard let connection else { return }
        let scheduled = connection.eventLoop.scheduleTask(in: Request.bodyPatience) { [self] in
            state.withLock { $0 = true }
            connection.close(promise: nil)
        }
        timer.withLock { $0 = scheduled }
    }

    var hasRunOut: Bool { state.withLock { $0 } }

    func stop() {
        timer.withLock { $0?.cancel() }
    }
}
