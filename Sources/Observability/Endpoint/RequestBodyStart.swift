import HTTPTypes
import Hummingbird
import Maintenance
import NIOCore

/// The beginning of a request's body: what is worth keeping of it.
struct RequestBodyStart {
    enum Fault: Error {
        /// The client broke off, or was too slow.
        case incomplete
    }

    /// At most ``Ping/bodyLimit`` bytes.
    let bytes: [UInt8]
    /// How long the body was, as far as it was read.
    let count: Int
    /// Whether there was more.
    let isCut: Bool

    /// How much of a body is read, so that the client may send it all; a longer one is left.
    private static let readingLimit = 1 << 20

    /// Reads it.
    ///
    /// - Throws: ``Fault`` where it did not arrive in full.
    nonisolated(nonsending) init(of request: Request, clock: RequestClock) async throws {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        var bytes: [UInt8] = []
        var count = 0
        do {
            for try await buffer in request.body {
                count += buffer.readableBytes
                bytes += buffer.readableBytesView.prefix(Ping.bodyLimit - bytes.count)
                if count > Self.readingLimit { break }
            }
        } catch {
            throw Fault.incomplete
        }
        isCut = count > Self.readingLimit
        guard !clock.hasRunOut, isCut || announced == nil || announced == count else { throw Fault.incomplete }
        self.bytes = bytes
        self.count = count
    }
}
