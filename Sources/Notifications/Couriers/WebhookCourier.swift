import Foundation
import Maintenance
import Networking
import Reports

extension Couriers {
    /// Sends a notice to a webhook.
    func send(_ notice: Notice, _ channel: WebhookChannel, limit: Duration) async -> DeliveryResult {
        var mask = SecretMask()
        do {
            let url = try address(channel.url, &mask)
            var (headers, body) = try WebhookBody.make(notice, channel.format, timeZone: timeZone())
            for header in channel.headers {
                switch header.value {
                case .plain(let text): headers.append(name: header.name, value: text)
                case .secret(let source): headers.append(name: header.name, value: try reveal(source, &mask))
                }
            }
            if let token = channel.token {
                headers.append(name: "Authorization", value: "Bearer \(try reveal(token, &mask))")
            }
            return await post(url, headers, body, limit: limit, authority: channel.authority, mask)
        } catch {
            return .failed(reason: mask.mask("\(error)"), isTemporary: false)
        }
    }

    /// Tells a dead-man's switch of a run, as Healthchecks has it.
    func send(_ ping: OutgoingPing, to target: PingTarget) async -> DeliveryResult {
        var mask = SecretMask()
        do {
            let url = try address(target.url, &mask)
            return await post(
                Self.url(url, of: ping), ["Content-Type": "text/plain; charset=utf-8"], Array(ping.text.utf8),
                limit: Self.pingLimit, authority: target.authority, mask)
        } catch {
            return .failed(reason: mask.mask("\(error)"), isTemporary: false)
        }
    }

    /// The address of a signal: its word behind the path, the key of the run in the query.
    static func url(_ base: String, of ping: OutgoingPing) -> String {
        let parts = base.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = parts[0]
        while path.hasSuffix("/") { path = path.dropLast() }
        let query = (parts.count > 1 && !parts[1].isEmpty ? "\(parts[1])&" : "") + "rid=\(ping.runKey)"
        let word =
            switch ping.signal {
            case .start: "/start"
            case .success: ""
            case .failure: "/fail"
            case .status(let status): "/\(status)"
            }
        return "\(path)\(word)?\(query)"
    }

    private func post(
        _ url: String, _ headers: HTTPHeaders, _ body: [UInt8], limit: Duration, authority: String?, _ mask: SecretMask
    ) async -> DeliveryResult {
        do throws(HTTPFailure) {
            let reply = try await http.send(
                HTTPRequest(
                    .post, url: url, headers: headers, body: body, timeLimit: limit, bodyLimit: 1 << 20,
                    certificateAuthority: authority))
            let words = PrintableText.of(String(decoding: reply.body.prefix(600), as: UTF8.self), limit: 200)
            let answer = mask.mask("\(reply.status)" + (words.isEmpty ? "" : ": \(words)"))
            if (200...299).contains(reply.status) { return .delivered(answer: answer) }
            // Too early, too often, or trouble of the server's own: all these pass.
            let isTemporary = reply.status >= 500 || [408, 425, 429].contains(reply.status)
            return .failed(reason: "the server answered \(answer)", isTemporary: isTemporary)
        } catch {
            let isTemporary =
                switch error.kind {
                case .invalidURL, .invalidRequest: false
                default: true
                }
            return .failed(reason: mask.mask("\(error)"), isTemporary: isTemporary)
        }
    }
}

/// What a webhook is sent.
enum WebhookBody {
    /// Headers and body in one of the formats.
    static func make(
        _ notice: Notice, _ format: WebhookChannel.Format, timeZone: TimeZone
    ) throws -> (HTTPHeaders, [UInt8]) {
        switch format {
        case .json: return (["Content-Type": "application/json"], try json(notice, timeZone: timeZone))
        case .slack:
            let text = "*\(escaped(notice.subject))*\n\(escaped(notice.text))"
            let body = try JSONEncoder().encode(["text": String(text.prefix(12_000))])
            return (["Content-Type": "application/json"], Array(body))
        case .ntfy:
            let headers: HTTPHeaders = [
                "Title": MailText.unstructured(notice.subject, after: 0).replacing("\r\n", with: ""),
                "Priority": priority(notice), "Tags": tag(notice), "Content-Type": "text/plain; charset=utf-8",
            ]
            return (headers, Array(prefix(notice.text, bytes: 3900).utf8))
        }
    }

    /// The notice for programs, on one line.
    static func json(_ notice: Notice, timeZone: TimeZone) throws -> [UInt8] {
        Array(try RecordCoding.encoder(timeZone: timeZone).encode(notice))
    }

    /// The three characters that Slack reads as more than themselves.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// A beginning that fits; ntfy makes a file of what is longer.
    private static func prefix(_ text: String, bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var start = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += String(scalar).utf8.count
            if count > bytes { break }
            start.append(scalar)
        }
        return String(start) + "…"
    }

    private static func priority(_ notice: Notice) -> String {
        switch (notice.kind, notice.outcome) {
        case (.recovery, _), (.test, _): "default"
        case (_, .critical): "urgent"
        case (_, .unknown): "high"
        default: "default"
        }
    }

    private static func tag(_ notice: Notice) -> String {
        switch (notice.kind, notice.outcome) {
        case (.recovery, _), (.test, _): "white_check_mark"
        case (_, .critical), (_, .unknown): "rotating_light"
        default: "warning"
        }
    }
}
