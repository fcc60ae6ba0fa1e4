import Glibc
import Synchronization

/// A server of HTTP on loopback that keeps what it is asked and answers the same to all.
final class HTTPPeer: Sendable {
    struct Request: Sendable {
        var line: String
        /// By name in small letters.
        var headers: [String: String]
        var body: String
    }

    struct Trouble: Error {
        var code = errno
    }

    let port: UInt16
    private let listener: Int32
    private let answer: String
    private let kept = Mutex<[Request]>([])

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { kept.withLock { $0 } }

    private init(_ listener: Int32, _ port: UInt16, _ answer: String) {
        (self.listener, self.port, self.answer) = (listener, port, answer)
    }

    /// Opens a server, gives it to `body`, and closes it, however `body` ends.
    static func open(
        _ status: String = "200 OK", body text: String = "", during body: (HTTPPeer) async throws -> Void
    ) async throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw Trouble() }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) | listen(listener, 64) | getsockname(listener, address, &size)
            }
        }
        guard code == 0 else {
            close(listener)
            throw Trouble()
        }
        let reply = "HTTP/1.1 \(status)\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)"
        let peer = HTTPPeer(listener, UInt16(bigEndian: name.sin_port), reply)
        try peer.startServing()
        // The serving thread sees the end, closes the listener and goes.
        defer { shutdown(listener, Int32(SHUT_RDWR)) }
        try await body(peer)
    }

    private func startServing() throws {
        let own = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<HTTPPeer>.fromOpaque(context).takeRetainedValue().serve() }
                return nil
            }, own.toOpaque())
        guard code == 0 else {
            own.release()
            throw Trouble(code: code)
        }
        pthread_detach(thread)
    }

    private func serve() {
        defer { close(listener) }
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 8192)
            while Self.request(bytes) == nil, case let count = recv(connection, &buffer, buffer.count, 0), count > 0 {
                bytes += buffer[..<count]
            }
            if let request = Self.request(bytes) { kept.withLock { $0.append(request) } }
            let reply = Array(answer.utf8)
            _ = reply.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            close(connection)
        }
    }

    /// A whole request; nil while some of it is missing.
    private static func request(_ bytes: [UInt8]) -> Request? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        let headers = Dictionary(fields) { $0 + ", " + $1 }
        let body = String(text[end.upperBound...])
        guard body.utf8.count >= headers["content-length"].flatMap({ Int($0) }) ?? 0 else { return nil }
        return Request(line: String(lines.first ?? ""), headers: headers, body: body)
    }
}
