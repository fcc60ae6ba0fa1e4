import Foundation
import Glibc
import Synchronization

/// A UDP server on loopback that answers as a test says, until it is let go of.
final class FakeTimeServer: Sendable {
    let port: UInt16
    private let socket: Int32

    /// - Parameter answers: the packets that go back for each that comes.
    /// - Throws: ``Trouble`` where there is no socket for it.
    init(_ answers: @escaping @Sendable ([UInt8]) -> [[UInt8]]) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        port = try Self.bindToLoopback(socket)
        let socket = socket
        Thread {
            var buffer = [UInt8](repeating: 0, count: 1024)
            while true {
                var sender = sockaddr_storage()
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                let count = withUnsafeMutablePointer(to: &sender) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(socket, &buffer, buffer.count, 0, $0, &length)
                    }
                }
                // Shut down: the server is not needed any more.
                guard count > 0 else { break }
                for answer in answers(Array(buffer.prefix(count))) {
                    withUnsafePointer(to: &sender) { pointer in
                        _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            sendto(socket, answer, answer.count, 0, $0, length)
                        }
                    }
                }
            }
            close(socket)
        }.start()
    }

    deinit { shutdown(socket, Int32(SHUT_RDWR)) }

    /// What a server whose clock is ahead by so many seconds says.
    static func answer(
        to question: [UInt8], ahead seconds: Double = 0, stratum: UInt8 = 2, first: UInt8 = 0b00_100_100
    ) -> [UInt8] {
        var answer = [UInt8](repeating: 0, count: 48)
        (answer[0], answer[1]) = (first, stratum)
        answer.replaceSubrange(12..<16, with: Array("RATE".utf8))
        answer.replaceSubrange(24..<32, with: question[40..<48])
        let stamp = Self.stamp(Date().addingTimeInterval(seconds))
        answer.replaceSubrange(32..<40, with: stamp)
        answer.replaceSubrange(40..<48, with: stamp)
        return answer
    }

    /// Seconds since 1900 and their fractions, of which the seconds begin again in 2036.
    static func stamp(_ date: Date) -> [UInt8] {
        let seconds = date.timeIntervalSince1970 + 2_208_988_800
        let whole = seconds.rounded(.down)
        let number = UInt64(whole) << 32 | UInt64((seconds - whole) * 4_294_967_296)
        return stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }
}

extension FakeTimeServer {
    struct Trouble: Error { let code = errno }

    fileprivate static func bindToLoopback(_ socket: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard socket >= 0, isBound else { throw Trouble() }
        return UInt16(bigEndian: address.sin_port)
    }
}

/// An HTTP server on loopback that gives each connection the same answer.
final class FakeHTTPServer: Sendable {
    let port: UInt16
    private let socket: Int32

    init(_ answer: @escaping @Sendable () -> String) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        port = try FakeTimeServer.bindToLoopback(socket)
        guard listen(socket, 8) == 0 else { throw FakeTimeServer.Trouble() }
        let socket = socket
        Thread {
            // Shut down: the server is not needed any more.
            while case let connection = accept(socket, nil, nil), connection >= 0 {
                var buffer = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &buffer, buffer.count, 0)
                let bytes = Array(answer().utf8)
                _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                close(connection)
            }
            close(socket)
        }.start()
    }

    deinit { shutdown(socket, Int32(SHUT_RDWR)) }
}
