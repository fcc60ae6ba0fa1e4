internal import CCurl

/// What libcurl itself takes for a URL, so that what is checked is what is asked.
enum URLSyntax {
    /// Says why a text is no absolute URL of `http` or `https`; the reason holds nothing of the text.
    static func mistake(in text: String) -> String? {
        // A C string ends at the first NUL: libcurl would ask another URL than was given.
        guard !text.utf8.contains(0) else { return "it holds a NUL character" }
        guard let handle = curl_url() else { return "out of memory" }
        defer { curl_url_cleanup(handle) }
        let code = curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard code == CURLUE_OK else { return String(cString: curl_url_strerror(code)) }
        var scheme: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK, let scheme else {
            return "it has no scheme"
        }
        defer { curl_free(scheme) }
        let isHTTP = ["http", "https"].contains(String(cString: scheme).lowercased())
        return isHTTP ? nil : "its scheme is not http or https"
    }
}
