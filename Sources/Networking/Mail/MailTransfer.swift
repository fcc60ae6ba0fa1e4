internal import CCurl
internal import Glibc

/// One message on its way, on a thread of its own.
final class MailTransfer {
    private let request: MailRequest
    private let wait: TransferWait
    private let handle: EasyHandle
    private let dialogue: MailDialogue
    private let recipients = RecipientList()
    private let end: ContinuousClock.Instant
    private var isAdded = false

    private init(_ request: MailRequest, wait: TransferWait, handle: EasyHandle) {
        self.request = request
        self.wait = wait
        self.handle = handle
        end = .now + min(request.timeLimit, HTTPTransfer.longest)
        dialogue = MailDialogue(message: request.message, until: end) { wait.isCancelled }
    }

    /// Does a transfer and tells `done` how it ended, before it says goodbye to the server: that may have to wait.
    static func run(
        _ request: MailRequest, wait: TransferWait, done: (Result<MailReceipt, MailFailure>) -> Void
    ) {
        do throws(CurlRefusal) {
            let transfer = MailTransfer(request, wait: wait, handle: try EasyHandle.make())
            done(transfer.perform())
            if transfer.isAdded { wait.remove(transfer.handle) }
        } catch {
            done(.failure(MailFailure(error.mailKind, of: request)))
        }
        wait.close()
    }

    private func perform() -> Result<MailReceipt, MailFailure> {
        do throws(CurlRefusal) {
            try apply()
            try wait.add(handle)
            isAdded = true
            while true {
                if let code = try wait.advance() { return outcome(of: code) }
                if wait.isCancelled { return .failure(failure(.cancelled)) }
                let left = ContinuousClock.now.duration(to: end)
                guard left > .zero else { return .failure(failure(.timedOut(limit: request.timeLimit))) }
                try wait.poll(atMost: left)
            }
        } catch {
            return .failure(failure(error.mailKind))
        }
    }

    // MARK: The request

    private func apply() throws(CurlRefusal) {
        try handle.set(CURLOPT_NOSIGNAL, 1)
        try handle.keepSockets()
        try handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        try handle.set(CURLOPT_PROXY, "")
        try handle.set(CURLOPT_NETRC, 0)
        try handle.set(CURLOPT_FRESH_CONNECT, 1)
        try handle.set(CURLOPT_FORBID_REUSE, 1)
        // The path is the name in the greeting. All parts were checked to hold nothing that ends them.
        try handle.set(CURLOPT_URL, "\(request.server)/\(request.greetingName)")
        // libcurl waits for the answer to the message, and for the goodbye, within one call: there only its own limits
        // and `onProgress` end the wait.
        let limit = Int(min(request.timeLimit, HTTPTransfer.longest) / .milliseconds(1))
        try handle.set(CURLOPT_TIMEOUT_MS, max(limit, 1))
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, limit + 500)
        try applySecurity()
        if let login = request.login {
            try handle.set(CURLOPT_USERNAME, login.user)
            try handle.set(CURLOPT_PASSWORD, login.password)
        }
        try applyEnvelope()
        try applyDialogue()
    }

    private func applySecurity() throws(CurlRefusal) {
        let level =
            switch request.server.security {
            case .fromStart, .startTLS: CURLUSESSL_ALL
            case .ifOffered: CURLUSESSL_TRY
            case .none: CURLUSESSL_NONE
            }
        try handle.set(CURLOPT_USE_SSL, Int(level.rawValue))
        try handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        try handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        try handle.set(CURLOPT_SSLVERSION, Int(CCURL_TLS_1_2))
        if let path = request.server.certificateAuthority {
            try handle.set(CURLOPT_CAINFO, path)
            try handle.clear(CURLOPT_CAPATH)
        }
    }

    /// CURLOPT_MAIL_RCPT_ALLLOWFAILS: one recipient that does not exist must not keep a message from the others.
    ///
    /// libcurl 8.2 spells the name another way; its number is the same.
    private static let allowsRefusedRecipients = CURLoption(rawValue: 290)

    private func applyEnvelope() throws(CurlRefusal) {
        try handle.set(CURLOPT_MAIL_FROM, "<\(request.sender)>")
        for recipient in request.recipients { try recipients.append("<\(recipient)>") }
        guard ccurl_set_list(handle.pointer, CURLOPT_MAIL_RCPT, recipients.pointer) == CURLE_OK else {
            throw CurlRefusal(code: CURLE_FAILED_INIT, operation: "recipients")
        }
        try handle.set(Self.allowsRefusedRecipients, 1)
        try handle.set(CURLOPT_UPLOAD, 1)
        guard
            ccurl_set_offset(handle.pointer, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.message.count)) == CURLE_OK
        else { throw CurlRefusal(code: CURLE_FAILED_INIT, operation: "message size") }
    }

    private func applyDialogue() throws(CurlRefusal) {
        let context = Unmanaged.passUnretained(dialogue).toOpaque()
        // libcurl takes all pointers through one variadic function; on this platform one to a function is like the others.
        let onProgress = unsafeBitCast(MailDialogue.onProgress, to: UnsafeMutableRawPointer?.self)
        try handle.set(CURLOPT_NOPROGRESS, 0)
        let codes = [
            ccurl_set_pointer(handle.pointer, CURLOPT_XFERINFODATA, context),
            ccurl_set_pointer(handle.pointer, CURLOPT_XFERINFOFUNCTION, onProgress),
            ccurl_set_pointer(handle.pointer, CURLOPT_HEADERDATA, context),
            ccurl_set_receiver(handle.pointer, CURLOPT_HEADERFUNCTION, MailDialogue.onLine),
            ccurl_set_pointer(handle.pointer, CURLOPT_READDATA, context),
            ccurl_set_receiver(handle.pointer, CURLOPT_READFUNCTION, MailDialogue.onRoom),
            ccurl_set_receiver(handle.pointer, CURLOPT_WRITEFUNCTION, MailDialogue.onBody),
        ]
        if let code = codes.first(where: { $0 != CURLE_OK }) { throw CurlRefusal(code: code, operation: "dialogue") }
    }

    // MARK: The outcome

    private func outcome(of code: CURLcode) -> Result<MailReceipt, MailFailure> {
        guard code == CURLE_OK else { return .failure(failure(kind(of: code))) }
        // Only the answer to the whole message counts.
        guard let last = dialogue.answer, last.code / 100 == 2 else { return .failure(failure(.refused)) }
        let replies = dialogue.recipientReplies(request.recipients.count)
        let refused = zip(request.recipients, replies ?? []).compactMap { recipient, reply in
            reply.code / 100 == 2
                ? nil
                : MailReceipt.Refusal(recipient: recipient, answer: reply.text, isTemporary: reply.code / 100 == 4)
        }
        return .success(MailReceipt(answer: last.text, refused: refused))
    }

    private func failure(_ kind: MailFailure.Kind) -> MailFailure {
        MailFailure(kind, of: request, answer: dialogue.lastWords?.text)
    }

    private func kind(of code: CURLcode) -> MailFailure.Kind {
        let reason = handle.reason(for: code)
        switch code {
        case CURLE_LOGIN_DENIED: return .loginRefused
        case CURLE_USE_SSL_FAILED: return .noTLS
        case CURLE_OPERATION_TIMEDOUT: return .timedOut(limit: request.timeLimit)
        case CURLE_ABORTED_BY_CALLBACK: return wait.isCancelled ? .cancelled : .timedOut(limit: request.timeLimit)
        default: break
        }
        switch HTTPFailure.Kind(code, of: handle) {
        case .unresolvedName: return .unresolvedName
        case .connectionRefused: return .connectionRefused
        case .unreachable(let reason): return .unreachable(reason: reason)
        case .tls(let problem, let reason): return .tls(problem, reason: reason)
        default: break
        }
        if let last = dialogue.lastWords, last.code >= 400 { return .refused }
        switch code {
        case CURLE_WEIRD_SERVER_REPLY, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_WRITE_ERROR,
            CURLE_PARTIAL_FILE, CURLE_REMOTE_ACCESS_DENIED:
            return .broken(reason: reason)
        default: return .other(code: Int(code.rawValue), reason: reason)
        }
    }
}

/// Recipients as libcurl wants them; it reads the list for as long as the transfer goes on.
private final class RecipientList {
    private(set) var pointer: UnsafeMutablePointer<curl_slist>?

    deinit { curl_slist_free_all(pointer) }

    func append(_ text: String) throws(CurlRefusal) {
        guard let longer = curl_slist_append(pointer, text) else {
            throw CurlRefusal(code: CURLE_OUT_OF_MEMORY, operation: "recipients")
        }
        pointer = longer
    }
}

extension CurlRefusal {
    /// The same for mail.
    var mailKind: MailFailure.Kind {
        .other(
            code: Int(code.rawValue), reason: "\(operation): \(String(cString: curl_easy_strerror(code)))")
    }
}
