import Foundation
import HostTasks
import Maintenance
import Networking
import PluginKit

/// A server that knows the time.
enum TimeServer: Hashable, Sendable, CustomStringConvertible {
    case sntp(host: String, port: String)
    /// Whose answers have a `Date`.
    case http(url: String)

    /// Reads `ntp.example.org`, `192.0.2.1:123`, `[2001:db8::1]:123`, `2001:db8::1` or a URL.
    ///
    /// - Throws: ``TaskFailure`` where the text is none of these.
    init(parsing text: String) throws(TaskFailure) {
        if text.contains("://") {
            guard text.hasPrefix("http://") || text.hasPrefix("https://") else { throw Self.refusal(text) }
            self = .http(url: text)
            return
        }
        var (host, port) = (text[...], "123"[...])
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw Self.refusal(text) }
            if !rest.isEmpty { port = rest.dropFirst() }
        } else if text.filter({ $0 == ":" }).count == 1, let colon = text.firstIndex(of: ":") {
            (host, port) = (text[..<colon], text[text.index(after: colon)...])
        }
        let isName = host.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/[]".utf8.contains($0) }
        guard !host.isEmpty, isName, let number = UInt16(port), number > 0 else { throw Self.refusal(text) }
        self = .sntp(host: String(host), port: String(number))
    }

    private static func refusal(_ text: String) -> TaskFailure {
        TaskFailure(
            .unknown,
            "time_server: '\(Excerpt.of(text))' is no server; write ntp.example.org, ntp.example.org:123 or "
                + "https://example.org/")
    }

    var description: String {
        switch self {
        case .sntp(let host, "123"): host
        case .sntp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .http(let url): HTTPRequest(url: url).description
        }
    }

    /// How far our clock is from the server's.
    ///
    /// - Throws: ``NoTime`` where it does not tell in time.
    func offset(within limit: Duration) async throws(NoTime) -> ClockOffset {
        switch self {
        case .sntp(let host, let port):
            let exchange = SNTPExchange(host: host, port: port)
            let deadline = ContinuousClock.now + limit
            // A name lookup knows no limit of ours; the exchange has a moment more to say why nothing came.
            let answer = await PatientCall.run(within: limit + .milliseconds(500)) {
                Result { () throws(NoTime) in try exchange.ask(until: deadline) }
            }
            guard let answer else { throw NoTime(description: "its name was not looked up in time") }
            return try answer.get()
        case .http(let url): return try await Self.offset(fromDateOf: url, within: limit)
        }
    }

    private static func offset(fromDateOf url: String, within limit: Duration) async throws(NoTime) -> ClockOffset {
        let request = HTTPRequest(.head, url: url, timeLimit: limit, bodyLimit: 1 << 16)
        let sent = Date()
        let reply: HTTPReply
        do throws(HTTPFailure) {
            reply = try await HTTPClient().send(request)
        } catch {
            throw NoTime(description: "\(error)")
        }
        let arrived = Date()
        guard let text = reply.headers["Date"] else { throw NoTime(description: "its answer has no Date") }
        guard let date = HTTPDate.parse(text) else {
            throw NoTime(description: "its Date is '\(Excerpt.of(text, limit: 60))'")
        }
        // A Date has no fractions: on average it is half a second old.
        let way = max(arrived.timeIntervalSince(sent), 0) / 2
        let seconds = date.addingTimeInterval(0.5).timeIntervalSince(sent.addingTimeInterval(way))
        return ClockOffset(seconds: seconds, uncertainty: 0.5 + way)
    }
}
