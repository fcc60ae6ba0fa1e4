internal import CCurl
internal import Glibc

/// One libcurl transfer handle with all that must live as long as it.
///
/// It belongs to one thread, and ends there with the last reference.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerLines: UnsafeMutablePointer<curl_slist>?
    private var receiver: ReplyCollector?

    private init(owning pointer: UnsafeMutableRawPointer) {
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headerLines)
        errorText.deallocate()
    }

    static func make() throws(CurlRefusal) -> EasyHandle {
        try CurlLibrary.prepare()
        guard let pointer = curl_easy_init() else {
            throw CurlRefusal(code: CURLE_OUT_OF_MEMORY, operation: "make a handle")
        }
        let handle = EasyHandle(owning: pointer)
        try handle.check(ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, handle.errorText), "error buffer")
        return handle
    }

    private func check(_ code: CURLcode, _ operation: @autoclosure () -> String) throws(CurlRefusal) {
        guard code == CURLE_OK else { throw CurlRefusal(code: code, operation: operation()) }
    }

    func set(_ option: CURLoption, _ value: Int) throws(CurlRefusal) {
        try check(ccurl_set_long(pointer, option, value), Self.name(option))
    }

    /// Sets a text, which libcurl copies; it must hold no NUL.
    func set(_ option: CURLoption, _ value: String) throws(CurlRefusal) {
        try check(ccurl_set_text(pointer, option, value), Self.name(option))
    }

    /// Takes back a text that libcurl was built with.
    func clear(_ option: CURLoption) throws(CurlRefusal) {
        try check(ccurl_set_text(pointer, option, nil), Self.name(option))
    }

    /// Sets the request's body, which libcurl copies.
    func setBody(_ bytes: [UInt8]) throws(CurlRefusal) {
        try check(ccurl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)), "body size")
        // An empty array may have no address, and a null pointer would mean "ask the read callback".
        let code = (bytes.isEmpty ? [0] : bytes).withUnsafeBytes { ccurl_set_body(pointer, $0.baseAddress) }
        try check(code, "body")
    }

    /// Sets the header lines, in libcurl's syntax: `Name: value`, `Name;` for an empty value, `Name:` to send none.
    func setHeaderLines(_ lines: [String]) throws(CurlRefusal) {
        for line in lines {
            guard let longer = curl_slist_append(headerLines, line) else {
                throw CurlRefusal(code: CURLE_OUT_OF_MEMORY, operation: "header lines")
            }
            headerLines = longer
        }
        try check(ccurl_set_list(pointer, CURLOPT_HTTPHEADER, headerLines), "header lines")
    }

    /// Gives all that comes in to `collector`, which then lives as long as the handle.
    func deliver(to collector: ReplyCollector) throws(CurlRefusal) {
        receiver = collector
        let context = Unmanaged.passUnretained(collector).toOpaque()
        try check(ccurl_set_pointer(pointer, CURLOPT_HEADERDATA, context), "header receiver")
        try check(ccurl_set_receiver(pointer, CURLOPT_HEADERFUNCTION, ReplyCollector.onHeader), "header receiver")
        try check(ccurl_set_pointer(pointer, CURLOPT_WRITEDATA, context), "body receiver")
        try check(ccurl_set_receiver(pointer, CURLOPT_WRITEFUNCTION, ReplyCollector.onBody), "body receiver")
        try check(ccurl_set_pointer(pointer, CURLOPT_SSL_CTX_DATA, context), "TLS observer")
        try check(ccurl_set_tls_observer(pointer, ReplyCollector.onHandshake), "TLS observer")
        try check(ccurl_set_pointer(pointer, CURLOPT_PREREQDATA, context), "request observer")
        try check(ccurl_set_prerequest(pointer, ReplyCollector.onRequest), "request observer")
    }

    /// Has sockets opened so that a process started meanwhile does not inherit them and keep the connection alive.
    func keepSockets() throws(CurlRefusal) {
        let code = ccurl_set_socket_opener(pointer) { _, _, address in
            guard let wanted = address?.pointee else { return -1 }
            return socket(wanted.family, wanted.socktype | Int32(SOCK_CLOEXEC.rawValue), wanted.protocol)
        }
        try check(code, "socket opener")
    }

    /// What libcurl knows about the transfer as a number; nil if it does not know.
    func number(_ info: CURLINFO) -> Int? {
        var value = 0
        return ccurl_get_long(pointer, info, &value) == CURLE_OK ? value : nil
    }

    /// The same for sizes and times (microseconds).
    func offset(_ info: CURLINFO) -> Int64? {
        var value: curl_off_t = 0
        return ccurl_get_offset(pointer, info, &value) == CURLE_OK ? Int64(value) : nil
    }

    func text(_ info: CURLINFO) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard ccurl_get_text(pointer, info, &value) == CURLE_OK, let value else { return nil }
        return String(cString: value)
    }

    /// libcurl's own words about how the transfer ended.
    func reason(for code: CURLcode) -> String {
        let detail = String(cString: errorText)
        return Printable(detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail).description
    }

    private static func name(_ option: CURLoption) -> String {
        guard let entry = curl_easy_option_by_id(option), let name = entry.pointee.name else {
            return "option \(option.rawValue)"
        }
        return "option \(String(cString: name))"
    }
}
