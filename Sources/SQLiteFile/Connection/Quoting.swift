extension String {
    /// As an identifier in SQL.
    var quotedIdentifier: String { inQuotes(UInt8(ascii: "\"")) }

    /// As a text literal in SQL, for names and definitions, which hold no NUL.
    var sqlLiteral: String { inQuotes(UInt8(ascii: "'")) }

    /// Between two quotes, with each quote in it doubled; by bytes, since an accent may join a quote to a character.
    func inQuotes(_ quote: UInt8) -> String {
        let doubled = utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
        return String(decoding: [quote] + doubled + [quote], as: UTF8.self)
    }
}
