import Glibc
import Synchronization

/// A listener on loopback that does with each connection what a test tells it, right or wrong.
final class RawServer: Sendable {
    struct Trouble: Error {
        var operation: String
        var code = errno
    }

    enum Address {
        case ipv4
        case ipv6
        case unix(String)
    }

    private struct State {
        var requests: [String] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
        var active = 0
        var peak = 0
    }

    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    /// The server as an IPv4 URL without a path.
    var url: String { "http://127.0.0.1:\(port)" }

    private init(listener: Int32, port: UInt16) { (self.listener, self.port) = (listener, port) }

    /// Opens a server, gives it to `body`, and closes it, however `body` ends.
    static func open<T>(
        at address: Address = .ipv4, _ behaviour: @escaping @Sendable (Connection) -> Void,
        during body: (RawServer) async throws -> T
    ) async throws -> T {
        let (listener, port) = try listen(at: address, backlog: 128)
        let server = RawServer(listener: listener, port: port)
        try startThread { server.accept(behaviour) }
        // The accepting thread sees the end, closes the listener and goes.
        defer { shutdown(listener, Int32(SHUT_RDWR)) }
        return try await body(server)
    }

    private func accept(_ behaviour: @escaping @Sendable (Connection) -> Void) {
        defer { close(listener) }
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            // accept4 is not imported.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            // Without a thread for it the connection is closed, and the test that waits for it fails.
            if (try? startThread { self.serve(descriptor, behaviour) }) == nil { close(descriptor) }
        }
    }

    private func serve(_ descriptor: Int32, _ behaviour: @Sendable (Connection) -> Void) {
        state.withLock {
            $0.active += 1
            $0.peak = max($0.peak, $0.active)
        }
        behaviour(Connection(descriptor: descriptor, server: self))
        close(descriptor)
    }

    /// Called by a connection before it answers, so that a client that has its answer counts no more.
    fileprivate func endWork() { state.withLock { $0.active -= 1 } }

    /// The largest number of connections without an answer at any time.
    var peak: Int { state.withLock { $0.peak } }

    /// What the requests looked like, head and body.
    var requests: [String] { state.withLock { $0.requests } }

    fileprivate func note(_ request: String) {
        let watchers = state.withLock { state in
            state.requests.append(request)
            defer { state.watchers = [] }
            return state.watchers
        }
        for watcher in watchers { watcher.resume() }
    }

    /// Returns once a request has come in.
    func firstRequest() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.requests.isEmpty { state.watchers.append(continuation) }
                return !state.requests.isEmpty
            }
            if isThere { continuation.resume() }
        }
    }

    static func listen(at address: Address, backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
        let family: Int32
        switch address {
        case .ipv4: family = AF_INET
        case .ipv6: family = AF_INET6
        case .unix: family = AF_UNIX
        }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Trouble(operation: "socket") }
        var isListening = false
        defer { if !isListening { close(descriptor) } }
        guard bind(descriptor, to: address) == 0 else { throw Trouble(operation: "bind") }
        guard Glibc.listen(descriptor, backlog) == 0 else { throw Trouble(operation: "listen") }
        isListening = true
        return (descriptor, localPort(of: descriptor))
    }

    private static func bind(_ descriptor: Int32, to address: Address) -> Int32 {
        switch address {
        case .ipv4:
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return bind(descriptor, &name)
        case .ipv6:
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_addr = in6addr_loopback
            return bind(descriptor, &name)
        case .unix(let path):
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
            return bind(descriptor, &name)
        }
    }

    private static func bind<Name>(_ descriptor: Int32, _ name: inout Name) -> Int32 {
        withUnsafeBytes(of: &name) { bytes in
            guard let start = bytes.baseAddress else { return -1 }
            return Glibc.bind(
                descriptor, start.assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<Name>.size))
        }
    }

    /// Whether this descriptor of our process is a socket that is connected to the server.
    func isPeer(of descriptor: Int32) -> Bool { Self.port(of: descriptor, getpeername) == port }

    private static func localPort(of descriptor: Int32) -> UInt16 { port(of: descriptor, getsockname) ?? 0 }

    /// Port and family lie at the same place in sockaddr_in and sockaddr_in6.
    private static func port(
        of descriptor: Int32,
        _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> UInt16? {
        var name = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return withUnsafeMutableBytes(of: &name) { bytes in
            guard let start = bytes.baseAddress,
                call(descriptor, start.assumingMemoryBound(to: sockaddr.self), &size) == 0
            else { return nil }
            return UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
        }
    }
}

/// The server's side of one connection; a behaviour has it until it returns.
struct Connection: Sendable {
    let descriptor: Int32
    let server: RawServer

    /// Reads a request up to the end of its head, or of its body where a `Content-Length` names one.
    @discardableResult
    func readRequest() -> String {
        var bytes: [UInt8] = []
        var wanted: Int?
        while bytes.count < wanted ?? .max, let more = read() {
            bytes += more
            if wanted == nil { wanted = Self.wholeSize(of: bytes) }
        }
        let request = String(decoding: bytes, as: UTF8.self)
        server.note(request)
        return request
    }

    /// The size of head and body, once the head is there.
    private static func wholeSize(of bytes: [UInt8]) -> Int? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.lowerBound]
        let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        return head.utf8.count + 4 + (length.flatMap { Int($0.dropFirst(15).drop(while: { $0 == " " })) } ?? 0)
    }

    private func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Writes all of it.
    ///
    /// - Returns: false if the client is gone.
    @discardableResult
    func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Answers, once nothing counts this connection as unanswered any more.
    func answer(_ text: String) {
        server.endWork()
        write(text)
    }

    /// Waits until the client closes, or for so many milliseconds.
    func waitForClose(milliseconds: Int32 = 20_000) {
        var entry = pollfd(fd: descriptor, events: 0x2000, revents: 0)  // POLLRDHUP, which is not imported
        poll(&entry, 1, milliseconds)
    }

    /// Closing then resets the connection instead of ending it.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
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
        throw RawServer.Trouble(operation: "pthread_create", code: code)
    }
    pthread_detach(thread)
}
