/// A row of the table `users`, as the API shows it.
package struct User: Codable, Hashable, Sendable {
    /// The number of the row; SQLite may give it again once its user was deleted.
    package let id: Int64
    /// 1 to 100 Unicode scalars, unless another program wrote it.
    package let name: String
    /// Differs from that of every other user, letter by letter.
    package let email: String
    /// Local time as `2025-12-16T10:00:00`; a text that another service wrote in another form is passed on as it is.
    package let createdAt: String

    private enum CodingKeys: String, CodingKey {
        case id, name, email
        case createdAt = "created_at"
    }
}

/// One page of the list of users.
package struct UserPage: Codable, Hashable, Sendable {
    /// In the order of their numbers.
    package let users: [User]
    /// How many users match, on all pages together.
    package let total: Int
    /// How many users were asked for.
    package let limit: Int
    /// How many users are on the pages before.
    package let offset: Int
}
