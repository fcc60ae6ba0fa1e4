import Foundation
import Glibc
import Testing

@testable import ProcFS

@Suite("Who listens at a port")
struct ListeningSocketsTests {
    @Test("only sockets that listen count, of both families")
    func crafted() throws {
        let folder = try CraftedFolder()
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        try folder.write(
            "net/tcp",
            head + """
                   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0 100 0
                   1: 0100007F:1388 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0 100 0
                   2: 0100007F:1389 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 333 1 0 100 0
                   3: 0100007F:1388 00000000:0000 0A
                garbage
                   4: :ZZ 0 0A 0 0 0 0 0 1

                """)
        try folder.write(
            "net/tcp6",
            "   0: 00000000000000000000000001000000:1388 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 444 1")
        let found = try folder.proc.listeners(port: 5000)
        #expect(found.map(\.inode) == [111, 444] && found.map(\.owner) == [1000, 0])
        #expect(try folder.proc.listeners(port: 80).isEmpty)
    }

    @Test("a socket of this process is found, and nobody holds one that is closed")
    func real() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 1) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        #expect(bound)
        let port = Int(UInt16(bigEndian: address.sin_port))
        let proc = ProcFS()
        let sockets = try proc.listeners(port: port)
        #expect(sockets.count == 1 && sockets.first?.owner == getuid())
        // Children of other tests may have got it in the moment between fork and exec.
        #expect(try proc.holders(of: sockets).pids.contains(getpid()))
        close(socket)
        #expect(try !proc.holders(of: sockets).pids.contains(getpid()))
    }
}
