internal import CCurl
internal import Glibc

extension HTTPFailure.Kind {
    /// What a code of libcurl's means to who asked.
    init(_ code: CURLcode, of handle: EasyHandle) {
        let reason = handle.reason(for: code)
        switch code {
        case CURLE_URL_MALFORMAT: self = .invalidURL(reason: reason)
        case CURLE_COULDNT_RESOLVE_HOST: self = .unresolvedName
        case CURLE_COULDNT_CONNECT: self = Self.connecting(errno: handle.number(CURLINFO_OS_ERRNO) ?? 0, reason)
        case CURLE_TOO_MANY_REDIRECTS: self = .tooManyRedirects(limit: HTTPRequest.redirectLimit)
        case CURLE_GOT_NOTHING: self = .emptyReply
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR,
            CURLE_SEND_ERROR, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR, CURLE_HTTP2, CURLE_FILESIZE_EXCEEDED:
            self = .brokenReply(reason: reason)
        case CURLE_PEER_FAILED_VERIFICATION:
            self = .tls(Self.verification(handle.number(CURLINFO_SSL_VERIFYRESULT) ?? 0), reason: reason)
        case CURLE_SSL_CACERT_BADFILE: self = .tls(.authorityFile, reason: reason)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_SHUTDOWN_FAILED:
            self = .tls(.handshake, reason: reason)
        default: self = .other(code: Int(code.rawValue), reason: reason)
        }
    }

    private static func connecting(errno code: Int, _ reason: String) -> Self {
        switch Int32(clamping: code) {
        case ECONNREFUSED: .connectionRefused
        case 0: .unreachable(reason: reason)
        case let code: .unreachable(reason: String(cString: strerror(code)))
        }
    }

    /// OpenSSL's verification result (openssl-verification-options(1) and x509_vfy.h) as a problem.
    private static func verification(_ result: Int) -> HTTPFailure.TLSProblem {
        switch result {
        case 9, 10: .expired  // not yet valid, has expired
        case 0, 1: .wrongHost  // the chain was not found wrong: libcurl refused the names in the certificate
        default: .untrusted
        }
    }
}
