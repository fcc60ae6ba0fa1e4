extension HTTPRequest {
    /// Refuses what libcurl would send as something else than was meant.
    ///
    /// - Throws: ``HTTPFailure`` of kind `invalidURL` or `invalidRequest`.
    func check() throws(HTTPFailure) {
        if let reason = URLSyntax.mistake(in: url) { throw HTTPFailure(.invalidURL(reason: reason), of: self) }
        if let reason = firstMistake { throw HTTPFailure(.invalidRequest(reason: reason), of: self) }
    }

    private var firstMistake: String? {
        if timeLimit <= .zero { return "its time limit is not more than zero" }
        if let connectLimit, connectLimit <= .zero { return "its connect limit is not more than zero" }
        if bodyLimit < 0 { return "its body limit is less than zero" }
        if body != nil, !method.takesBody { return "\(method.rawValue) has no body" }
        if let path = certificateAuthority, path.isEmpty || path.utf8.contains(0) {
            return "'\(Printable(path))' is no path of a certificate authority's file"
        }
        // sun_path has 108 bytes, the last one is NUL (unix(7)).
        if let path = unixSocket, path.isEmpty || path.utf8.contains(0) || path.utf8.count > 107 {
            return "'\(Printable(path))' is no path of a socket: it has 1 to 107 bytes"
        }
        return headers.fields.lazy.compactMap(Self.mistake).first
    }

    private static func mistake(in field: HTTPHeaders.Field) -> String? {
        guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenByte) else {
            return "'\(Printable(field.name))' is no name of a header"
        }
        // A line break in a value would start a header, or a request, of its own. The value may be secret: not shown.
        guard field.value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            return "the value of its header '\(field.name)' has a line break or another control character"
        }
        if ["content-length", "transfer-encoding"].contains(field.name.lowercased()) {
            return "the header '\(field.name)' is set from the body and cannot be given"
        }
        return nil
    }

    // RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
