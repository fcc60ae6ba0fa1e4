import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// Reads one entry below `channels:`: `mail:`, `webhook:` or `command:`, exactly one of them.
struct ChannelReader {
    let folder: FilePath

    private static let kinds = ["mail", "webhook", "command"]

    func read(_ map: MappingReader, name: String) -> NoticeChannel? {
        let mail = map.optional("mail")?.mapping(readMail)
        let webhook = map.optional("webhook")?.mapping(readWebhook)
        let command = map.optional("command").flatMap(readProgram)
        let limit = map.optional("limit")?.value { text in
            let span = try TimeSpan(parsing: text)
            guard span.seconds >= 1, span.seconds <= 600 else {
                throw ValueFault("\(excerpt(text)) is no limit of a delivery: 1s to 10m")
            }
            return span
        }
        guard Self.kinds.count(where: map.isGiven) == 1 else {
            map.whole.mistake("a channel has exactly one of \(Self.kinds.joined(separator: ", "))")
            return nil
        }
        let means: NoticeChannel.Means? =
            mail.map { .mail($0) } ?? webhook.map { .webhook($0) } ?? command.map { .command($0) }
        guard let means else { return nil }
        var channel = NoticeChannel(name: name, means: means)
        if let limit { channel.timeLimit = limit }
        return channel
    }

    // MARK: Mail

    private struct Server {
        var host: String
        var port: Int
        var isSecure: Bool
    }

    private func readMail(_ map: MappingReader) -> MailChannel? {
        let server = map.required("server")?.value(Self.server)
        let tls = map.optional("tls")
        let security = tls?.choice(MailChannel.Security.self)
        let authority = map.optional("authority")?.path(from: folder)
        let user = map.optional("user")?.value(Self.word)
        let password = map.optional("password").flatMap { SecretReader(folder: folder).read($0) }
        let from = map.required("from")?.value(MailAddress.init(parsing:))
        let to = map.required("to")?.list(count: 1...100) { $0.value(MailAddress.init(parsing:)) }
        if map.isGiven("user") != map.isGiven("password") {
            map.whole.mistake("'user' and 'password' go together: give both or none")
        }
        guard let server, let from, let to else { return nil }
        if server.isSecure, let security, security != .required {
            tls?.mistake("smtps:// is TLS from the first byte; leave 'tls' out, or use smtp://")
        }
        var channel = MailChannel(
            host: server.host, port: server.port, isSecureFromStart: server.isSecure, security: security ?? .required,
            authority: authority?.string, from: from, to: to)
        if let user, let password { channel.login = .init(user: user, password: password) }
        if map.isGiven("password"), channel.security != .required, !server.isSecure, !Self.isLoopback(server.host) {
            tls?.mistake("a password goes to another host only over TLS; leave 'tls' out")
        }
        return channel
    }

    /// `smtp://mail.example.org:587`, where the port may be left out.
    private static func server(_ text: String) throws -> Server {
        let wrong = ValueFault(
            "\(excerpt(text)) is no mail server; write it as smtp://mail.example.org:587 or smtps://mail.example.org:465"
        )
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let url = URLComponents(string: text),
            let scheme = url.scheme?.lowercased(), ["smtp", "smtps"].contains(scheme),
            var host = url.host, !host.isEmpty, ["", "/"].contains(url.path), url.query == nil, url.fragment == nil
        else { throw wrong }
        guard url.user == nil, url.password == nil else {
            throw ValueFault("the address of a server holds no user and no password; give 'user' and 'password'")
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let isHost = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-.:_".utf8.contains(byte)
        }
        guard isHost, host.utf8.count <= 253, !host.hasPrefix("-") else { throw wrong }
        let port = url.port ?? (scheme == "smtps" ? 465 : 587)
        guard (1...65_535).contains(port) else { throw ValueFault("the port \(port) is not from 1 to 65535") }
        return Server(host: host, port: port, isSecure: scheme == "smtps")
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private static func word(_ text: String) throws -> String {
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }), text.utf8.count <= 320
        else { throw ValueFault("this is no name of a user") }
        return text
    }

    // MARK: Webhooks

    private func readWebhook(_ map: MappingReader) -> WebhookChannel? {
        let url = map.required("url").flatMap { WebAddressReader(folder: folder).read($0) }
        let format = map.optional("format")?.choice(WebhookChannel.Format.self)
        let headers = map.optional("headers")?.entries(readHeader)
        let token = map.optional("token").flatMap { SecretReader(folder: folder).read($0) }
        let authority = map.optional("authority")?.path(from: folder)
        return url.map { url in
            WebhookChannel(
                url: url, format: format ?? .json, headers: (headers ?? []).map(\.value), token: token,
                authority: authority?.string)
        }
    }

    private func readHeader(_ key: ValueReader, _ value: ValueReader) -> WebhookChannel.Header? {
        let name = key.value(Self.headerName)
        let content: WebhookChannel.Header.Value?
        if case .mapping = value.node.kind {
            content = SecretReader(folder: folder).read(value).map { .secret($0) }
        } else if let name, ["authorization", "proxy-authorization", "cookie"].contains(name.lowercased()) {
            value.mistake("'\(name)' is a secret; name its place: {env: NAME} or {file: path}, or use 'token'")
            content = nil
        } else {
            content = value.value(Self.headerValue).map { .plain($0) }
        }
        guard let name, let content else { return nil }
        return WebhookChannel.Header(name: name, value: content)
    }

    private static func headerName(_ text: String) throws -> String {
        let isToken = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-_".utf8.contains(byte)
        }
        guard isToken, text.utf8.count <= 100 else { throw ValueFault("\(excerpt(text)) is no name of a header") }
        guard !["content-length", "transfer-encoding", "host", "content-type"].contains(text.lowercased()) else {
            throw ValueFault("the header '\(text)' comes from the message and cannot be given")
        }
        return text
    }

    private static func headerValue(_ text: String) throws -> String {
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), text.utf8.count <= 4096 else {
            throw ValueFault("the value of a header is one line")
        }
        return text
    }

    // MARK: Commands

    /// A program and its arguments; a program with a slash is a path, absolute or from the file's folder.
    private func readProgram(_ reader: ValueReader) -> [String]? {
        guard let items = reader.list(count: 1...64, { $0.text(allowsEmpty: true) }), let first = items.first else {
            return nil
        }
        guard !first.isEmpty, !items.contains(where: { $0.utf8.contains(0) }) else {
            reader.mistake("the first item is the program to run, and no item holds a NUL character")
            return nil
        }
        guard first.contains("/"), !first.hasPrefix("/") else { return items }
        return [ConfigurationLocator.absolute(first, from: folder).string] + items.dropFirst()
    }
}

/// Reads an address of HTTP, or where it is kept as a secret.
struct WebAddressReader {
    let folder: FilePath

    func read(_ reader: ValueReader) -> WebAddress? {
        if case .mapping = reader.node.kind { return SecretReader(folder: folder).read(reader).map { .secret($0) } }
        return reader.value(Self.address).map { .plain($0) }
    }

    private static func address(_ text: String) throws -> String {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), text.utf8.count <= 2000,
            let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), url.host?.isEmpty == false
        else {
            throw ValueFault(
                "\(excerpt(text)) is no address, such as https://example.org/hook; one that is secret has a place: "
                    + "{env: NAME} or {file: path}")
        }
        guard url.user == nil, url.password == nil else {
            // Not repeated: it may be a secret.
            throw ValueFault("an address with a user is a secret; name its place: {env: NAME} or {file: path}")
        }
        guard url.fragment == nil else { throw ValueFault("an address that is asked has no '#'") }
        return text
    }
}
