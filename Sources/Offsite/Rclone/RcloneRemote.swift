/// A folder in rclone's words: `NAME:path`, `:backend:path` or an absolute path.
struct RcloneRemote: Hashable, Sendable {
    let text: String

    /// - Throws: ``OffsiteError`` when it is none of these, or a connection string: its parameters, often passwords,
    ///   would be seen by everybody who lists processes.
    init(_ text: String) throws(OffsiteError) {
        func wrong(_ why: String) -> OffsiteError {
            // What stands behind the name may be a password.
            let shown = text.prefix { $0 != "," }
            return OffsiteError(
                destination: String(shown), operation: "connect",
                cause: .setting("'\(shown)' is no remote to copy to: \(why)"))
        }
        let advice = "give NAME:path of rclone's configuration, or an absolute path"
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw wrong("it has a character that does not print; \(advice)")
        }
        if !text.hasPrefix("/") {
            guard let colon = text.dropFirst().firstIndex(of: ":") else { throw wrong(advice) }
            let name = text[..<colon]
            guard !name.contains(",") else {
                throw wrong("it has parameters, which every user of the host can see; put them into the configuration")
            }
            guard !name.hasPrefix("-"), !name.contains("/"), !name.contains("\""), !name.contains("'") else {
                throw wrong(advice)
            }
        }
        self.text = text
    }

    func path(of name: String) -> String {
        text.hasSuffix("/") || text.hasSuffix(":") ? text + name : "\(text)/\(name)"
    }
}
