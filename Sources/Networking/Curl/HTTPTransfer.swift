internal import CCurl

/// One request on its way, on a thread of its own.
final class HTTPTransfer {
    /// What every time limit is cut to; longer ones are not meant, and sums of times stay in range.
    static let longest = Duration.seconds(7 * 86_400)

    private let request: HTTPRequest
    private let wait: TransferWait
    private let handle: EasyHandle
    private let collector: ReplyCollector
    private var start = ContinuousClock.now
    private var isAdded = false

    private var hop = 0
    private var hopStart = ContinuousClock.now

    private init(_ request: HTTPRequest, wait: TransferWait, handle: EasyHandle) {
        self.request = request
        self.wait = wait
        self.handle = handle
        collector = ReplyCollector(bodyLimit: request.bodyLimit)
    }

    /// Does a transfer and tells `done` how it ended, before it cleans up: cleaning up may have to wait.
    static func run(
        _ request: HTTPRequest, wait: TransferWait, done: (Result<HTTPReply, HTTPFailure>) -> Void
    ) {
        do throws(CurlRefusal) {
            let transfer = HTTPTransfer(request, wait: wait, handle: try EasyHandle.make())
            done(transfer.perform())
            transfer.close()
        } catch {
            done(.failure(HTTPFailure(error.kind, of: request)))
            wait.close()
        }
    }

    private func close() {
        if isAdded { wait.remove(handle) }
        wait.close()
    }

    private func perform() -> Result<HTTPReply, HTTPFailure> {
        do throws(CurlRefusal) {
            try handle.apply(request)
            try handle.deliver(to: collector)
            try wait.add(handle)
            isAdded = true
            // What came before was ours, not the server's: copying a large body takes its time.
            start = .now
            hopStart = start
            while true {
                if let code = try wait.advance() { return outcome(of: code) }
                if wait.isCancelled { return .failure(failure(.cancelled)) }
                followHop()
                let (deadline, limit) = nextDeadline
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { return .failure(failure(.timedOut(while: stage, limit: limit))) }
                try wait.poll(atMost: left)
            }
        } catch {
            return .failure(failure(error.kind))
        }
    }

    /// Starts the clock of the connect limit again when a redirect leads to another connection.
    private func followHop() {
        let redirects = handle.number(CURLINFO_REDIRECT_COUNT) ?? 0
        guard redirects != hop else { return }
        hop = redirects
        hopStart = .now
    }

    private var nextDeadline: (ContinuousClock.Instant, limit: Duration) {
        let end = start + min(request.timeLimit, Self.longest)
        guard let connectLimit = request.connectLimit, collector.requests <= hop else {
            return (end, request.timeLimit)
        }
        let connected = hopStart + min(connectLimit, Self.longest)
        return connected < end ? (connected, connectLimit) : (end, request.timeLimit)
    }

    /// What the transfer is at, on the hop it is on.
    ///
    /// libcurl's times add up over redirects, so behind the first hop they do not tell.
    private var stage: HTTPStage {
        if collector.answers > hop { return .receiving }
        if collector.requests > hop {
            let sent = handle.offset(CURLINFO_SIZE_UPLOAD_T) ?? 0
            return sent < Int64(request.body?.count ?? 0) ? .sending : .waiting
        }
        if let handshake = collector.handshakeStart, handshake >= hopStart { return .securing }
        return hop == 0 && time(CURLINFO_NAMELOOKUP_TIME_T) == nil ? .resolving : .connecting
    }

    private var phases: HTTPPhases {
        HTTPPhases(
            nameLookup: time(CURLINFO_NAMELOOKUP_TIME_T),
            connect: time(CURLINFO_CONNECT_TIME_T) ?? collector.handshakeStart.map { start.duration(to: $0) },
            tls: time(CURLINFO_APPCONNECT_TIME_T), firstByte: time(CURLINFO_STARTTRANSFER_TIME_T),
            total: start.duration(to: .now))
    }

    /// libcurl gives 0 for what did not happen, and at least 1 µs for what did.
    private func time(_ info: CURLINFO) -> Duration? {
        handle.offset(info).flatMap { $0 > 0 ? .microseconds($0) : nil }
    }

    private func failure(_ kind: HTTPFailure.Kind) -> HTTPFailure {
        let redirected = (handle.number(CURLINFO_REDIRECT_COUNT) ?? 0) > 0
        return HTTPFailure(
            kind, url: request.url, redirectedTo: redirected ? handle.text(CURLINFO_EFFECTIVE_URL) : nil,
            phases: phases)
    }

    private func outcome(of code: CURLcode) -> Result<HTTPReply, HTTPFailure> {
        guard code == CURLE_OK else { return .failure(failure(kind(of: code))) }
        guard let status = handle.number(CURLINFO_RESPONSE_CODE), status > 0 else {
            return .failure(failure(.brokenReply(reason: "it has no status")))
        }
        guard collector.isHeadComplete else {
            return .failure(failure(.brokenReply(reason: "it ends within its headers")))
        }
        return .success(
            HTTPReply(
                status: status, headers: collector.headers, body: collector.body, phases: phases,
                remoteAddress: remoteAddress,
                url: MaskedURL(handle.text(CURLINFO_EFFECTIVE_URL) ?? request.url).description))
    }

    private func kind(of code: CURLcode) -> HTTPFailure.Kind {
        switch collector.excess {
        case .body: return .bodyTooLarge(limit: request.bodyLimit)
        case .headers: return .brokenReply(reason: "its headers are larger than \(ReplyCollector.headerLimit) bytes")
        case nil: break
        }
        if code == CURLE_OPERATION_TIMEDOUT {
            return .timedOut(while: stage, limit: min(request.connectLimit ?? request.timeLimit, request.timeLimit))
        }
        if collector.requests > 0 {
            // Out of memory is what libcurl says of a header line longer than its buffer for one, of 100 KiB.
            if code == CURLE_OUT_OF_MEMORY { return .brokenReply(reason: "a line of its headers is too long") }
            // The request's own URL was sound, so this is where a redirect points.
            if code == CURLE_URL_MALFORMAT { return .brokenReply(reason: handle.reason(for: code)) }
        }
        return HTTPFailure.Kind(code, of: handle)
    }

    private var remoteAddress: String? {
        if let path = request.unixSocket { return path }
        guard let address = handle.text(CURLINFO_PRIMARY_IP), !address.isEmpty,
            let port = handle.number(CURLINFO_PRIMARY_PORT)
        else { return nil }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
