import Glibc
import Synchronization

/// What a ``TestServer`` does with a request.
package enum Reaction: Sendable {
    /// Exactly this, after so many milliseconds.
    case answer(String, after: Int32 = 0)
    /// Nothing, until the client gives up.
    case hang
    /// Closing after writing this.
    case drop(after: String = "")
    /// A connection reset.
    case reset

    /// A whole answer.
    package static func reply(
        _ status: String = "200 OK", _ body: String = "", headers: [String] = [], after milliseconds: Int32 = 0
    ) -> Reaction {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers + ["", body]
        return .answer(lines.joined(separator: "\r\n"), after: milliseconds)
    }
}

/// An HTTP server on loopback that reacts as a test tells it.
package final class TestServer: Sendable {
    package struct Trouble: Error {
        package let operation: String
        package let code: Int32

        init(operation: String, code: Int32 = errno) { (self.operation, self.code) = (operation, code) }
    }

    private struct State {
        var requests: [TestRequest] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    /// Gets the path and how many requests for it came before.
    package typealias Script = @Sendable (_ path: String, _ earlier: Int) -> Reaction

    package let port: UInt16
    private let listener: Int32
    private let script: @Sendable (TestRequest, Int) -> Reaction
    private let state = Mutex(State())

    package var url: String { "http://127.0.0.1:\(port)" }
    /// The head of each request, in their order.
    package var requests: [String] { asked.map(\.head) }
    /// Each request, in their order.
    package var asked: [TestRequest] { state.withLock { $0.requests } }

    private init(
        _ listener: Int32, _ port: UInt16, _ script: @escaping @Sendable (TestRequest, Int) -> Reaction
    ) {
        (self.listener, self.port, self.script) = (listener, port, script)
    }

    /// Opens a server, gives it to `body`, and closes it, however `body` ends.
    package static func open<T>(
        _ script: @escaping Script, during body: (TestServer) async throws -> T
    ) async throws -> T {
        try await open(answering: { script($0.path, $1) }, during: body)
    }

    /// The same, for a script that looks at the whole request.
    package static func open<T>(
        answering script: @escaping @Sendable (_ request: TestRequest, _ earlier: Int) -> Reaction,
        during body: (TestServer) async throws -> T
    ) async throws -> T {
        let (listener, port) = try listen()
        let server = TestServer(listener, port, script)
        try startThread { server.accept() }
        // The accepting thread sees the end, closes the listener and goes.
        defer { shutdown(listener, Int32(SHUT_RDWR)) }
        return try await body(server)
    }

    /// A port on which nothing listens.
    package static func freePort() throws -> UInt16 {
        let (listener, port) = try listen()
        close(listener)
        return port
    }

    /// Returns once a request has come in.
    package func firstRequest() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.requests.isEmpty { state.watchers.append(continuation) }
                return !state.requests.isEmpty
            }
            if isThere { continuation.resume() }
        }
    }

    private func accept() {
        defer { close(listener) }
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            // Without a thread for it the connection is closed, and the test that waits for it fails.
            if (try? startThread { self.serve(descriptor) }) == nil { close(descriptor) }
        }
    }

    private func serve(_ descriptor: Int32) {
        defer { close(descriptor) }
        guard let request = Self.read(descriptor) else { return }
        let (earlier, watchers) = state.withLock { state in
            let earlier = state.requests.count { $0.path == request.path }
            state.requests.append(request)
            defer { state.watchers = [] }
            return (earlier, state.watchers)
        }
        for watcher in watchers { watcher.resume() }
        react(descriptor, script(request, earlier), isHead: request.method == "HEAD")
    }

    private func react(_ descriptor: Int32, _ reaction: Reaction, isHead: Bool) {
        switch reaction {
        case .answer(let text, let milliseconds):
            if milliseconds > 0 { Self.waitForClose(descriptor, milliseconds) }
            let whole =
                isHead ? String(text.prefix(upTo: text.firstRange(of: "\r\n\r\n")?.upperBound ?? text.endIndex)) : text
            Self.write(descriptor, whole)
        case .hang: Self.waitForClose(descriptor, 20_000)
        case .drop(let text): Self.write(descriptor, text)
        case .reset:
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
    }

    private static func read(_ descriptor: Int32) -> TestRequest? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if let end = bytes.firstRange(of: [13, 10, 13, 10])?.upperBound {
                let request = TestRequest(head: bytes[..<end], body: bytes[end...])
                if bytes.count - end >= request.length { return request }
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    private static func waitForClose(_ descriptor: Int32, _ milliseconds: Int32) {
        var entry = pollfd(fd: descriptor, events: 0x2000, revents: 0)  // POLLRDHUP, which is not imported
        poll(&entry, 1, milliseconds)
    }

    private static func write(_ descriptor: Int32, _ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Trouble(operation: "socket") }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutableBytes(of: &name) { bytes in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(descriptor, address, size) == 0 && Glibc.listen(descriptor, 128) == 0
                && getsockname(descriptor, address, &size) == 0
        }
        guard isListening else {
            let trouble = Trouble(operation: "listen")
            close(descriptor)
            throw trouble
        }
        return (descriptor, UInt16(bigEndian: name.sin_port))
    }
}

private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func startThread(_ body: @escaping @Sendable () -> Void) throws {
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        }, work.toOpaque())
    guard code == 0 else {
        work.release()
        throw TestServer.Trouble(operation: "pthread_create", code: code)
    }
    pthread_detach(thread)
}
