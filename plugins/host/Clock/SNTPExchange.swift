import Foundation
import Glibc

/// Asks a server for the time over UDP.
struct SNTPExchange: Sendable {
    let host: String
    let port: String

    private static let mostAddresses = 4
    private static let mostQuestions = 3

    /// Asks each address of the server in turn, and again where nothing comes; blocks, and a name lookup may hang.
    ///
    /// - Parameter deadline: when to give up.
    /// - Returns: how far our clock is from the first that answered.
    /// - Throws: ``NoTime``, the last reason.
    func ask(until deadline: ContinuousClock.Instant) throws(NoTime) -> ClockOffset {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, port, &hints, &list)
        guard code == 0 else {
            throw NoTime(description: "its name is not found: \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [addrinfo] = []
        var next = list
        while let address = next, addresses.count < Self.mostAddresses {
            addresses.append(address.pointee)
            next = address.pointee.ai_next
        }
        var reason = NoTime(description: "it does not answer")
        var turnsLeft = Self.mostQuestions * addresses.count
        for _ in 0..<Self.mostQuestions {
            for address in addresses where ContinuousClock.now < deadline {
                // Each turn gets its share of what time is left.
                let share = ContinuousClock.now.duration(to: deadline) / turnsLeft
                turnsLeft -= 1
                do throws(NoTime) {
                    if let offset = try Self.ask(address, until: .now + share) { return offset }
                } catch {
                    reason = error
                }
            }
        }
        throw reason
    }

    /// One question to one address; nil where no answer came in time.
    private static func ask(
        _ address: addrinfo, until deadline: ContinuousClock.Instant
    ) throws(NoTime) -> ClockOffset? {
        let socket = Glibc.socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw refusal() }
        defer { close(socket) }
        // A connected socket takes packets from nobody else, and hears that nobody listens.
        guard connect(socket, address.ai_addr, address.ai_addrlen) == 0 else { throw refusal() }
        let mark = UInt64.random(in: 1...UInt64.max)
        let question = SNTPPacket.question(mark: mark)
        let sent = Date()
        guard send(socket, question, question.count, Int32(MSG_NOSIGNAL)) == question.count else {
            throw refusal()
        }
        while let bytes = try receive(from: socket, until: deadline) {
            if let offset = try SNTPPacket.offset(in: bytes, mark: mark, sent: sent, arrived: Date()) { return offset }
        }
        return nil
    }

    /// The next packet, nil where none came in time.
    private static func receive(
        from socket: Int32, until deadline: ContinuousClock.Instant
    ) throws(NoTime) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 512)
        while case let left = ContinuousClock.now.duration(to: deadline), left > .zero {
            var watched = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            let milliseconds = Int32(
                clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
            // Interrupted or over: the loop looks at the time.
            guard poll(&watched, 1, max(milliseconds, 1)) > 0 else { continue }
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count >= 0 { return Array(buffer.prefix(count)) }
            guard errno == EINTR || errno == EAGAIN else { throw refusal() }
        }
        return nil
    }

    private static func refusal() -> NoTime { NoTime(description: String(cString: strerror(errno)).lowercased()) }
}
