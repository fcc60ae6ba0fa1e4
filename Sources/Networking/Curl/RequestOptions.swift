internal import CCurl

extension EasyHandle {
    /// Tells libcurl about a checked request.
    func apply(_ request: HTTPRequest) throws(CurlRefusal) {
        try shutOutSurroundings()
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_HTTP_VERSION, Int(CCURL_HTTP_1_1))
        // The transfer keeps the limits itself, since libcurl's own may wait for a name lookup that hangs. Its limit for
        // connecting (five minutes unless set) also spreads the time over the addresses of a name: a little behind ours.
        let connectLimit = min(request.connectLimit ?? request.timeLimit, request.timeLimit, HTTPTransfer.longest)
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(connectLimit / .milliseconds(1)) + 500)
        try applyRedirects(request)
        try applyMethod(request)
        try setHeaderLines(Self.headerLines(of: request))
        try applyTrust(request)
        if let path = request.unixSocket { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
    }

    private func shutOutSurroundings() throws(CurlRefusal) {
        try set(CURLOPT_NOSIGNAL, 1)
        try keepSockets()
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_PROXY, "")  // an empty text, unlike none, keeps the environment's proxies out
        try set(CURLOPT_NETRC, 0)
        try set(CURLOPT_FRESH_CONNECT, 1)
        try set(CURLOPT_FORBID_REUSE, 1)
    }

    private func applyRedirects(_ request: HTTPRequest) throws(CurlRefusal) {
        let follows = request.followsRedirects && !request.method.takesBody
        try set(CURLOPT_FOLLOWLOCATION, follows ? 1 : 0)
        try set(CURLOPT_MAXREDIRS, HTTPRequest.redirectLimit)
    }

    private func applyMethod(_ request: HTTPRequest) throws(CurlRefusal) {
        switch request.method {
        case .get: try set(CURLOPT_HTTPGET, 1)
        case .head: try set(CURLOPT_NOBODY, 1)
        case .post, .put, .patch, .delete, .options:
            if request.method == .post || request.body != nil {
                try set(CURLOPT_POST, 1)
                try setBody(request.body ?? [])
            }
            try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    private func applyTrust(_ request: HTTPRequest) throws(CurlRefusal) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CCURL_TLS_1_2))
        if let path = request.certificateAuthority {
            try set(CURLOPT_CAINFO, path)
            // Debian's libcurl would go on trusting what lies in /etc/ssl/certs.
            try clear(CURLOPT_CAPATH)
        }
    }

    private static func headerLines(of request: HTTPRequest) -> [String] {
        var lines = request.headers.fields.map { field in
            field.value.allSatisfy { $0 == " " || $0 == "\t" } ? "\(field.name);" : "\(field.name): \(field.value)"
        }
        // Not these of libcurl's own: it would wait a second for "100 Continue", and call every body a form.
        lines += ["Expect", "Content-Type"].filter { request.headers[$0] == nil }.map { "\($0):" }
        if request.headers["User-Agent"] == nil { lines.append("User-Agent: ronde") }
        return lines
    }
}
