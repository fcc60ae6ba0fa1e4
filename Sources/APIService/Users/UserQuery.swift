/// Which page of which users a client asks for.
package struct UserQuery: Hashable, Sendable {
    /// How many users a page has where nothing is said.
    package static let defaultLimit = 100
    /// How many users a page has at most.
    package static let largestLimit = 1000
    static let longestSearch = 200

    /// How many users to list, 1 to 1000.
    package let limit: Int
    /// How many users to pass over, from 0 on.
    package let offset: Int
    /// A part of the name or of the address; nil for all users.
    package let search: String?

    /// Takes values that are already numbers.
    /// - Throws: ``UserQueryError``, where one is out of its range.
    package init(limit: Int = defaultLimit, offset: Int = 0, search: String? = nil) throws(UserQueryError) {
        guard (1...Self.largestLimit).contains(limit) else { throw .limit(String(limit)) }
        guard offset >= 0 else { throw .offset(String(offset)) }
        self.limit = limit
        self.offset = offset
        guard let search, !search.isEmpty else {
            self.search = nil
            return
        }
        guard search.unicodeScalars.count <= Self.longestSearch else { throw .searchTooLong }
        guard !search.unicodeScalars.contains(where: \.breaksALine) else { throw .searchControlCharacter }
        self.search = search
    }

    /// Reads `limit`, `offset` and `search` from the parameters of a request; others are ignored.
    /// - Throws: ``UserQueryError``, where one is no number or out of its range.
    init(parameters: QueryParameters) throws(UserQueryError) {
        var limit = Self.defaultLimit
        if let text = parameters["limit"] {
            guard let number = Self.number(text) else { throw .limit(text) }
            limit = number
        }
        var offset = 0
        if let text = parameters["offset"] {
            guard let number = Self.number(text) else { throw .offset(text) }
            offset = number
        }
        try self.init(limit: limit, offset: offset, search: parameters["search"])
    }

    /// Digits only: `Int(_:)` would take a sign too.
    private static func number(_ text: String) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(text)
    }
}

/// Why a list of users cannot be made as it was asked for.
package enum UserQueryError: Error, Hashable, CustomStringConvertible {
    case limit(String)
    case offset(String)
    case searchTooLong
    case searchControlCharacter

    package var description: String {
        switch self {
        case .limit(let text):
            "limit '\(text.prefix(20))' is not a number from 1 to \(UserQuery.largestLimit)"
        case .offset(let text): "offset '\(text.prefix(20))' is not a number from 0 on"
        case .searchTooLong: "search is longer than \(UserQuery.longestSearch) characters"
        case .searchControlCharacter: "search contains a control character or a line break"
        }
    }
}
