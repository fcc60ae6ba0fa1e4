/// What a ``TestServer`` was asked.
package struct TestRequest: Sendable {
    /// From the request line to the empty line.
    package let head: String
    package let body: String
    package let method: String
    /// With its query.
    package let path: String

    init(head: ArraySlice<UInt8>, body: ArraySlice<UInt8>) {
        self.head = String(decoding: head, as: UTF8.self)
        self.body = String(decoding: body, as: UTF8.self)
        let words = self.head.split(separator: " ", maxSplits: 2)
        method = words.first.map(String.init) ?? ""
        path = words.count > 1 ? String(words[1]) : ""
    }

    /// The value of a header line, by its name as it was sent.
    package func header(_ name: String) -> String? {
        let line = head.split(separator: "\r\n").first { $0.hasPrefix(name + ":") }
        return line.map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
    }

    /// How many bytes its body has.
    var length: Int { header("Content-Length").flatMap { Int($0) } ?? 0 }
}
