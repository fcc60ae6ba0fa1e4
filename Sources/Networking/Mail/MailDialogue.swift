internal import CCurl

/// What goes out of a message, and what a server says to it, in libcurl's callbacks.
///
/// It belongs to the transfer's thread, as the callbacks do.
final class MailDialogue {
    /// One answer of the server; of several lines the last.
    struct Reply {
        var code: Int
        /// The line with its code.
        var text: String
    }

    private let message: [UInt8]
    private var sent = 0
    /// The last replies that were whole; a server that talks for ever fills no memory.
    private(set) var replies: [Reply] = []
    private var heard = 0
    private let end: ContinuousClock.Instant
    private let isCancelled: () -> Bool
    /// When the server had answered to the whole message.
    private var answered: ContinuousClock.Instant?

    private static let keptReplies = 300
    private static let longestTalk = 1 << 20
    /// How long the server may take to say goodbye.
    private static let goodbye = Duration.seconds(3)

    /// - Parameters:
    ///   - message: what is to be said.
    ///   - end: until when the conversation may go on.
    ///   - isCancelled: whether it is to end now.
    init(message: [UInt8], until end: ContinuousClock.Instant, isCancelled: @escaping () -> Bool) {
        self.message = message
        self.end = end
        self.isCancelled = isCancelled
    }

    /// Whether the conversation may go on; libcurl asks about once a second where it waits on its own account.
    private var mayGoOn: Bool {
        let now = ContinuousClock.now
        return now < end && !isCancelled() && answered.map { now < $0 + Self.goodbye } ?? true
    }

    /// Takes one line of the server.
    ///
    /// - Returns: false to end the conversation.
    func take(line: UnsafeRawBufferPointer) -> Bool {
        heard += line.count
        guard heard <= Self.longestTalk else { return false }
        // RFC 5321, section 4.2: a hyphen behind the code says that more lines follow.
        guard line.count >= 3, let code = Self.code(line.prefix(3)) else { return true }
        guard line.count == 3 || line[3] != UInt8(ascii: "-") else { return true }
        guard answered == nil else { return true }  // the goodbye
        let text = String(decoding: line.prefix(600), as: UTF8.self)
        let end = text.utf8.lastIndex { $0 != 0x0D && $0 != 0x0A && $0 != 0x20 }.map(text.utf8.index(after:))
        replies.append(Reply(code: code, text: Printable(String(text[..<(end ?? text.startIndex)])).description))
        if replies.count > Self.keptReplies { replies.removeFirst() }
        if answer != nil { answered = .now }
        return true
    }

    /// The answer to the whole message; nil before there is one.
    var answer: Reply? {
        guard let asked = replies.lastIndex(where: { $0.code == 354 }), asked + 1 < replies.count else { return nil }
        return replies[asked + 1]
    }

    /// The server's words that matter most: its last refusal, else what it said last.
    var lastWords: Reply? { replies.last { $0.code >= 400 } ?? replies.last { $0.code != 221 } }

    private static func code(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Gives the next piece of the message.
    func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let piece = message[sent..<min(sent + room.count, message.count)]
        room.copyBytes(from: piece)
        sent += piece.count
        return piece.count
    }

    /// The replies to the recipients, in their order: the last ones before the server asked for the message.
    func recipientReplies(_ count: Int) -> ArraySlice<Reply>? {
        guard let start = replies.lastIndex(where: { $0.code == 354 }), start >= count else { return nil }
        return replies[(start - count)..<start]
    }

    // The context is always a dialogue that its transfer keeps alive; a return value of 0 ends the transfer.

    static let onLine: ccurl_receiver = { bytes, size, count, context in
        guard let context else { return 0 }
        let dialogue = Unmanaged<MailDialogue>.fromOpaque(context).takeUnretainedValue()
        return dialogue.take(line: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    static let onBody: ccurl_receiver = { _, size, count, _ in size * count }

    static let onProgress: curl_xferinfo_callback = { context, _, _, _, _ in
        guard let context else { return 1 }
        return Unmanaged<MailDialogue>.fromOpaque(context).takeUnretainedValue().mayGoOn ? 0 : 1
    }

    static let onRoom: ccurl_receiver = { bytes, size, count, context in
        guard let context, let bytes else { return 0 }
        let dialogue = Unmanaged<MailDialogue>.fromOpaque(context).takeUnretainedValue()
        return dialogue.give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
    }
}
