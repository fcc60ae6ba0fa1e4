import Maintenance
import SystemPackage
import YAMLDocument

/// Reads `endpoint:`, where the daemon answers HTTP: `listen` and perhaps `allow_remote`.
enum EndpointReader {
    static func read(_ map: MappingReader) -> EndpointSettings? {
        let isRemoteAllowed = map.optional("allow_remote")?.boolean()
        guard let reader = map.required("listen") else { return nil }
        guard let settings = reader.value(Self.address) else { return nil }
        guard isRemoteAllowed == true || isLoopback(settings.host) else {
            // A faulty 'allow_remote' is on record already, and was perhaps meant to be true.
            if map.isGiven("allow_remote"), isRemoteAllowed == nil { return nil }
            reader.mistake(
                "'listen': whoever reaches \(settings.host) could read health and metrics; listen at 127.0.0.1, or "
                    + "say 'allow_remote: true'")
            return nil
        }
        return settings
    }

    private static func address(_ text: String) throws -> EndpointSettings {
        let wrong = ValueFault("\(excerpt(text)) is no address and port, such as 127.0.0.1:7353 or \"[::1]:7353\"")
        guard let colon = text.lastIndex(of: ":") else { throw wrong }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits.utf8.count <= 5,
            let port = Int(digits)
        else { throw wrong }
        guard (1...65_535).contains(port) else { throw ValueFault("the port \(port) is not from 1 to 65535") }
        let isBracketed = text.hasPrefix("[") && text[..<colon].hasSuffix("]")
        let host = isBracketed ? text[..<colon].dropFirst().dropLast() : text[..<colon]
        let isAddress = isBracketed ? isIPv6(host) : isName(host)
        guard isAddress else { throw wrong }
        return EndpointSettings(host: String(host), port: port)
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        text.contains(":")
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
                    || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
            }
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && !text.hasPrefix("-") && text.utf8.count < 254
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            }
    }

    /// Whether only this machine reaches the host; of names only `localhost` is sure to mean that.
    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        let isIPv4 = parts.count == 4 && parts.allSatisfy { $0 != nil } && parts[0] == 127
        return isIPv4 || host == "::1" || host == "localhost"
    }
}

/// Reads `metrics:`, a file for node_exporter: `textfile` and perhaps `every`.
struct MetricsReader {
    /// Where relative paths start.
    let folder: FilePath

    func read(_ map: MappingReader) -> MetricsTextfileSettings? {
        let every = map.optional("every")?.value { text in
            let span = try TimeSpan(parsing: text)
            guard span.duration >= .seconds(5), span.duration <= .seconds(86_400) else {
                throw ValueFault("\(excerpt(text)) is no interval for a file of metrics: from 5s to 1d")
            }
            return span
        }
        guard let reader = map.required("textfile"), let path = reader.path(from: folder) else { return nil }
        guard path.string.hasSuffix(".prom") else {
            reader.mistake("'textfile': node_exporter reads only files whose names end with .prom")
            return nil
        }
        return MetricsTextfileSettings(path: path.string, every: every ?? MetricsTextfileSettings.usualInterval)
    }
}
