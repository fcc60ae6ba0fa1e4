import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import SystemPackage

@testable import APIService

/// The routes over a database in a scratch folder, asked without a socket.
struct InProcessService: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: String

        func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try JSONDecoder().decode(type, from: Data(body.utf8))
        }

        /// The text of `{"error": …}`; nil where the answer is another.
        var error: String? {
            // An answer that is no refusal has no error: that is what is asked for here.
            try? decoded(ErrorAnswer.self).error
        }
    }

    let folder: ScratchFolder
    let store: UserStore
    let log = RecordedLog()
    private let responder: RouterResponder<ServiceContext>

    init(folder: ScratchFolder? = nil) throws {
        self.folder = try folder ?? ScratchFolder()
        let sink = log
        let logger = Logger(label: "test") { _ in LineLogger(sink: sink, level: .debug) }
        store = try UserStore(
            path: self.folder.file("test.db"), logger: logger, clock: { Date(timeIntervalSince1970: 1_765_879_200) })
        responder = APIServer.responder(
            store: store, logger: logger, clock: { Date(timeIntervalSince1970: 1_765_879_200) })
    }

    func ask(
        _ method: String, _ path: String, _ body: String? = nil, headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await ask(method, path, bytes: body.map { Array($0.utf8) } ?? [], headers: headers)
    }

    func ask(_ method: String, _ path: String, bytes: [UInt8], headers: HTTPFields = [:]) async throws -> Answer {
        let request = Request(
            head: HTTPRequest(
                method: HTTPRequest.Method(method) ?? .get, scheme: "http", authority: "localhost:5000", path: path,
                headerFields: headers),
            body: .init(buffer: ByteBuffer(bytes: bytes)))
        let response = try await responder.respond(
            to: request, context: ServiceContext(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let writer = CollectingWriter()
        try await response.body.write(writer)
        return Answer(
            status: response.status.code, headers: response.headers, body: String(buffer: writer.bytes))
    }

    /// Adds a user whose address is made of the name.
    @discardableResult
    func add(_ name: String) async throws -> User {
        let email = name.lowercased().filter { $0.isLetter && $0.isASCII || $0.isNumber }
        return try await store.add(name: name, email: "\(email)@example.org")
    }
}

/// A log that can be read again.
final class RecordedLog: LogSink {
    private let recorded = Mutex<[String]>([])

    var lines: [String] { recorded.withLock { $0 } }

    func write(_ line: String) { recorded.withLock { $0.append(line) } }
}

private final class CollectingWriter: ResponseBodyWriter {
    var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws { bytes.writeImmutableBuffer(buffer) }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
