import Foundation
import Glibc
import SystemPackage

/// A TCP connection to loopback, byte by byte: what a client library would not send can be sent too.
final class RawConnection: Sendable {
    struct Answer: Hashable {
        let status: Int
        /// By lower-case name.
        let headers: [String: String]
        let body: String
    }

    private let descriptor: Int32

    init(_ port: Int, patience seconds: Int = 20) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { close(descriptor) }

    /// Waits on a thread of its own: the endpoint needs the threads of the pool for its answers.
    private func waiting<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// Sends what is given; false where the other side would not take it.
    @discardableResult
    func send(_ text: String) async throws -> Bool { try await waiting { self.put(text) } }

    private func put(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// A small window for what is received, so that the sender soon notices that nobody reads.
    func shrinkWindow() {
        var size: Int32 = 4096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// All that comes until the other side ends the connection.
    ///
    /// - Throws: `Errno`, `.resourceTemporarilyUnavailable` where it does not end in time.
    func rest() async throws -> String {
        try await waiting {
            var all: [UInt8] = []
            while let chunk = try self.receive() { all += chunk }
            return String(decoding: all, as: UTF8.self)
        }
    }

    /// One answer; nil where the connection ends without one.
    func answer(toHead: Bool = false) async throws -> Answer? {
        try await waiting {
            var received: [UInt8] = []
            while true {
                if let answer = Self.parse(received, toHead: toHead) { return answer }
                guard let chunk = try self.receive() else { return nil }
                received += chunk
            }
        }
    }

    func ask(_ method: String, _ path: String, body: String = "", headers: String = "") async throws -> Answer? {
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        guard try await send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\(length)\r\n\(body)") else {
            return nil
        }
        return try await answer(toHead: method == "HEAD")
    }

    private func receive() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == ECONNRESET { return nil }
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return count == 0 ? nil : Array(buffer[..<count])
    }

    private static func parse(_ bytes: [UInt8], toHead: Bool) -> Answer? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = toHead ? 0 : headers["content-length"].flatMap(Int.init) ?? 0
        let body = bytes[end.upperBound...]
        guard body.count >= length, let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return Answer(status: status, headers: headers, body: String(decoding: body.prefix(length), as: UTF8.self))
    }
}
