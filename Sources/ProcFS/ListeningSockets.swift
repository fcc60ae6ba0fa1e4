package import DurableFiles

/// A TCP socket that waits for connections.
package struct ListeningSocket: Hashable, Sendable {
    package let inode: UInt64
    /// The user id of whoever opened it.
    package let owner: UInt32
}

/// The processes that hold some sockets, as far as they may be known.
package struct SocketHolders: Hashable, Sendable {
    package var pids: Set<Int32> = []
    /// How many processes would not let themselves be looked at.
    package var refused = 0
}

extension ProcFS {
    /// The sockets of this network namespace that listen at a port.
    ///
    /// - Throws: `FileError` where the tables cannot be read.
    package func listeners(port: Int) throws(FileError) -> [ListeningSocket] {
        var found: [ListeningSocket] = []
        for table in ["net/tcp", "net/tcp6"] {
            // Without IPv6 the second is missing. A hundred thousand connections are 15 MB.
            guard let bytes = try bytes(table, limit: 256 << 20) else { continue }
            found += bytes.split(separator: UInt8(ascii: "\n")).compactMap { Self.listener($0, port: port) }
        }
        return found
    }

    /// A line such as `0: 0100007F:1388 00000000:0000 0A 0:0 0:0 0 1000 0 12345 …`: behind the number the local address,
    /// the remote one, the state, queues, timers, retransmissions, the user, a timeout, and the inode.
    private static func listener(_ line: [UInt8].SubSequence, port: Int) -> ListeningSocket? {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
        guard fields.count > 9, fields[3].elementsEqual("0A".utf8),
            let digits = fields[1].split(separator: UInt8(ascii: ":")).last,
            Int(String(decoding: digits, as: UTF8.self), radix: 16) == port,
            let owner = UInt32(String(decoding: fields[7], as: UTF8.self)),
            let inode = UInt64(String(decoding: fields[9], as: UTF8.self))
        else { return nil }
        return ListeningSocket(inode: inode, owner: owner)
    }

    /// The processes that have one of these sockets open.
    ///
    /// - Throws: `FileError` where /proc cannot be listed.
    package func holders(of sockets: [ListeningSocket]) throws(FileError) -> SocketHolders {
        let links = Set(sockets.map { "socket:[\($0.inode)]" })
        var holders = SocketHolders()
        for pid in try processes() {
            do throws(FileError) {
                let names = try names(in: "\(pid)/fd") ?? []
                if names.contains(where: { shortLink("\(pid)/fd/\($0)").map(links.contains) == true }) {
                    holders.pids.insert(pid)
                }
            } catch {
                holders.refused += 1
            }
        }
        return holders
    }
}
