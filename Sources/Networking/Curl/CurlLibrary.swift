internal import CCurl

/// A refusal of libcurl's before a transfer began.
struct CurlRefusal: Error {
    var code: CURLcode
    /// What was asked of it.
    var operation: String

    var kind: HTTPFailure.Kind {
        .other(code: Int(code.rawValue), reason: "\(operation): \(String(cString: curl_easy_strerror(code)))")
    }
}

enum CurlLibrary {
    // Swift runs this once, whichever thread comes first; curl_global_init itself must not run twice at a time.
    private static let initialisation: CURLcode = curl_global_init(Int(CCURL_GLOBAL_DEFAULT))

    /// Makes libcurl ready, once for the whole process.
    static func prepare() throws(CurlRefusal) {
        guard initialisation == CURLE_OK else { throw CurlRefusal(code: initialisation, operation: "initialise") }
    }
}
