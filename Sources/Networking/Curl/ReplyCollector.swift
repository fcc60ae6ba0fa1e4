internal import CCurl

/// Gathers a reply from libcurl's callbacks and counts how far the transfer came.
///
/// It belongs to the transfer's thread, as the callbacks do.
final class ReplyCollector {
    /// Why the transfer was stopped from here.
    enum Excess {
        case body
        case headers
    }

    /// More than any server sends; libcurl 7.88 has no limit of its own for all lines together.
    static let headerLimit = 256 << 10

    private let bodyLimit: Int
    private(set) var headers = HTTPHeaders()
    private(set) var body: [UInt8] = []
    private(set) var excess: Excess?
    /// When the last connection stood and its TLS handshake began; libcurl tells only once that is over.
    private(set) var handshakeStart: ContinuousClock.Instant?
    /// How many requests went out, redirects included.
    private(set) var requests = 0
    /// How many final replies (not 1xx) began.
    private(set) var answers = 0
    /// Whether the blank line behind the headers has come; libcurl is content without it.
    private(set) var isHeadComplete = false
    private var headerBytes = 0

    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    /// Takes one header line.
    ///
    /// - Returns: false to end the transfer.
    func take(header line: UnsafeRawBufferPointer) -> Bool {
        guard Self.headerLimit - headerBytes >= line.count else {
            excess = .headers
            return false
        }
        headerBytes += line.count
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            beginReply(text)
        } else if line.first == 0x0D || line.first == 0x0A {
            isHeadComplete = true
        } else if line.first == 0x20 || line.first == 0x09 {
            headers.extendLast(with: Self.trimmed(text.utf8[...]))
        } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let value = text.utf8[text.utf8.index(after: colon)...]
            headers.append(name: Self.trimmed(text.utf8[..<colon]), value: Self.trimmed(value))
        }
        return true
    }

    /// A status line: what came before belongs to a redirect or to an interim reply.
    private func beginReply(_ statusLine: String) {
        headers = HTTPHeaders()
        body = []
        isHeadComplete = false
        let isInterim =
            statusLine.utf8.split(separator: UInt8(ascii: " ")).dropFirst().first?.first == UInt8(ascii: "1")
        if !isInterim { answers += 1 }
    }

    /// Takes a piece of the body.
    ///
    /// - Returns: false to end the transfer.
    func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard bodyLimit - body.count >= bytes.count else {
            excess = .body
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private static func trimmed(_ text: Substring.UTF8View) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        let tail = text.drop(while: isBlank)
        guard let last = tail.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(decoding: tail[...last], as: UTF8.self)
    }

    // The context is always a collector that its EasyHandle keeps alive; any other return value ends the transfer.

    static let onHeader: ccurl_receiver = { bytes, size, count, context in
        guard let context else { return 0 }
        let collector = Unmanaged<ReplyCollector>.fromOpaque(context).takeUnretainedValue()
        return collector.take(header: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    static let onBody: ccurl_receiver = { bytes, size, count, context in
        guard let context else { return 0 }
        let collector = Unmanaged<ReplyCollector>.fromOpaque(context).takeUnretainedValue()
        return collector.take(body: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    static let onHandshake: curl_ssl_ctx_callback = { _, _, context in
        guard let context else { return CURLE_ABORTED_BY_CALLBACK }
        Unmanaged<ReplyCollector>.fromOpaque(context).takeUnretainedValue().handshakeStart = .now
        return CURLE_OK
    }

    static let onRequest: curl_prereq_callback = { context, _, _, _, _ in
        guard let context else { return CURL_PREREQFUNC_ABORT }
        Unmanaged<ReplyCollector>.fromOpaque(context).takeUnretainedValue().requests += 1
        return CURL_PREREQFUNC_OK
    }
}
